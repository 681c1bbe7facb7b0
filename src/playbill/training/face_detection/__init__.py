"""A face detector from pictures in which two others agree: `playbill train face-detector`."""
