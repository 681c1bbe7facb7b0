"""Files to frames: pictures through Pillow, video through PyAV."""
