"""Reconstruct the request of a logged search, to run it on the collection as it is today."""

from dataclasses import fields
from typing import Any

from pgrerank.domain.collection import Collection
from pgrerank.domain.log import LoggedRanking
from pgrerank.domain.request import Profile, RerankMode, SearchRequest, Strategy
from pgrerank.domain.vector import Vector
from pgrerank.ports.services import Services

_FIELDS = {each.name for each in fields(SearchRequest)} - {"query", "strategy", "profile", "rerank"}


def request(ranking: LoggedRanking) -> SearchRequest:
    """The request of a logged search, with every knob as it was applied."""
    knobs: dict[str, Any] = {
        name: value for name, value in ranking.knobs.items() if name in _FIELDS
    }
    knobs["queries"] = tuple(knobs.get("queries", ()))
    return SearchRequest(
        query=ranking.query,
        strategy=Strategy(ranking.strategy),
        profile=Profile(ranking.profile),
        rerank=RerankMode(str(ranking.knobs.get("rerank", RerankMode.AUTO))),
        **knobs,
    )


async def embed_again(
    services: Services, collection: Collection, request: SearchRequest
) -> tuple[Collection, Vector | None]:
    """The collection with the running embedder's vectors, and the query's embedding.

    Without a dense leg, the collection unchanged and None.

    Raises:
        ConflictError: The collection has no vectors of the running embedder.
    """
    if not request.has_dense_leg:
        return collection, None
    return collection.under(services.embedder.model), await services.embedder.query(request.query)
