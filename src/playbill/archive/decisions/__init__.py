"""What people decided: a log that only grows, and the projection that follows from it."""
