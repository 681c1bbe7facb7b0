"""Who and what appears when and where: metadata for picture and video archives."""
