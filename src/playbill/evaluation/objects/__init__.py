"""Object networks on labelled pictures."""
