"""How uvicorn runs the application."""

import uvicorn
from fastapi import FastAPI

MOST_CONNECTIONS = 1000
KEEP_ALIVE_S = 15
GRACE_S = 10


def config_of(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    """The configuration; port 0 takes any that is free."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
