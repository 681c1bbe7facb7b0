"""Inference runtimes: how a network runs, apart from what it is for."""
