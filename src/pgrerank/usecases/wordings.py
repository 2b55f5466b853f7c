"""Retrieve by several wordings of a query at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from pgrerank.domain import wordings
from pgrerank.domain.candidate import CandidateNeeds, Retrieved
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import MAX_DEPTH, SearchRequest, Strategy
from pgrerank.domain.vector import Vector
from pgrerank.ports.services import Services


async def embed(services: Services, request: SearchRequest) -> Sequence[Vector | None]:
    """The embedding of each wording of the query; None without a dense leg.

    Raises:
        OverloadedError, UnavailableError: As Embedder.query.
    """
    if not request.has_dense_leg:
        return [None] * len(request.wordings)
    return await asyncio.gather(*(services.embedder.query(each) for each in request.wordings))


async def retrieve(
    services: Services,
    tenant_id: TenantId,
    collection: Collection,
    request: SearchRequest,
    *,
    vectors: Sequence[Vector | None],
    needs: CandidateNeeds,
) -> Retrieved:
    """Run the legs for each wording, and fuse all lists.

    The reports of the legs, and the ranks and scores in them, are those of the query itself. The
    list is at most as long as that of one wording can be.

    Raises:
        NotFoundError, ConflictError: As Candidates.retrieve.
    """
    candidates = services.candidates
    if len(vectors) == 1:
        return await candidates.retrieve(tenant_id, collection, request, vectors[0], needs)
    most = _most(request)
    lists = await asyncio.gather(
        *(
            candidates.retrieve(tenant_id, collection, each, vector, needs)
            for each, vector in zip(_each(request, most), vectors, strict=True)
        )
    )
    merged = wordings.merge([each.candidates for each in lists])
    return replace(lists[0], candidates=merged[:most])


def _most(request: SearchRequest) -> int:
    """How many candidates the list of one wording may have."""
    legs = 2 if request.strategy is Strategy.HYBRID else 1
    return request.candidates * (legs + (request.sparse is not None))


def _each(request: SearchRequest, most: int) -> Sequence[SearchRequest]:
    """A request for each wording. Only the query itself has sparse weights.

    All candidates come with their texts: one that every list has below the depth may end above it.
    """
    alone = replace(request, queries=(), depth=min(most, MAX_DEPTH))
    others = [replace(alone, query=each, sparse=None) for each in request.wordings[1:]]
    return [alone, *others]
