"""A typed client for the service: `Client` is blocking, `AsyncClient` is for asyncio.

    with Client("http://127.0.0.1:8080", key) as service:
        service.ingest("docs", [Document(id="a", text="Install it with pip.")])
        found = service.search("docs", "how do I install it?", limit=5)

It imports neither models nor the service.
"""

from pgrerank.client.asynchronous import AsyncClient
from pgrerank.client.blocking import Client
from pgrerank.client.calibration import CalibrationKnobs, ThresholdKnobs
from pgrerank.client.errors import ClientError, InvalidCallError, RefusedError, UnreachableError
from pgrerank.client.judgment import JudgmentKnobs
from pgrerank.client.knobs import (
    CollectionChanges,
    CollectionKnobs,
    Document,
    DocumentChanges,
    Judgment,
    RankKnobs,
    SearchKnobs,
)
from pgrerank.client.wire import Patience

__all__ = [
    "AsyncClient",
    "CalibrationKnobs",
    "Client",
    "ClientError",
    "CollectionChanges",
    "CollectionKnobs",
    "Document",
    "DocumentChanges",
    "InvalidCallError",
    "Judgment",
    "JudgmentKnobs",
    "Patience",
    "RankKnobs",
    "RefusedError",
    "SearchKnobs",
    "ThresholdKnobs",
    "UnreachableError",
]
