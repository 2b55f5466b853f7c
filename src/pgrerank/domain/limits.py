"""Limits on requests to the service."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits that the API enforces. An error names the limit that was exceeded."""

    #: bytes of a request body
    body_bytes: int = 32 * 1024 * 1024
    #: characters of a query
    query_characters: int = 8_000
    #: characters of one document's text
    document_characters: int = 2_000_000
    #: documents in one ingest request
    documents: int = 10_000
    #: requests per minute and API key; 0: unlimited
    requests_per_minute: int = 600
