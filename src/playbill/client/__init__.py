"""A Playbill server from Python: `Client`."""

from playbill.client.client import Client
from playbill.client.errors import Changed, NotAllowed, NotFound, NotReached, ServerError

__all__ = ["Changed", "Client", "NotAllowed", "NotFound", "NotReached", "ServerError"]
