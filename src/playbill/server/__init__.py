"""The REST server: FastAPI in front of archive, jobs and pipeline."""
