"""Bodies of requests and answers that are not documents, as pydantic models."""
