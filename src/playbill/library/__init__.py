"""What the archive does with networks: media added, faces grouped, galleries kept up to date."""
