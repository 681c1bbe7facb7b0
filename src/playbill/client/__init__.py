"""Playbill over HTTP, from Python."""
