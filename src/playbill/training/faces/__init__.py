"""Embedding networks for faces, made from pictures of people."""
