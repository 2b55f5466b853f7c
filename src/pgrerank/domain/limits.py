"""How much one caller may ask of the service."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds the API enforces. Over one of them the answer names it."""

    #: bytes of a request body
    body_bytes: int = 32 * 1024 * 1024
    #: characters of a query
    query_characters: int = 8_000
    #: characters of one document's text
    document_characters: int = 2_000_000
    #: documents in one ingest request
    documents: int = 10_000
    #: requests an API key may make a minute; 0: as many as it likes
    requests_per_minute: int = 600
