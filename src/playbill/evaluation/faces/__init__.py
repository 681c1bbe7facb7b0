"""Face networks on a folder of pictures per person: who is who, and who is nobody."""
