"""Weights of networks that came from elsewhere, for the modules of `networks/`."""
