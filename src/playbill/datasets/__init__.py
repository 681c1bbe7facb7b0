"""Training data in and out: objects in pictures, pictures of people."""
