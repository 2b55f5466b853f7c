"""Fusion of the lists that several wordings of one query found."""

from collections.abc import Sequence
from dataclasses import replace

from pgrerank.domain.candidate import LEGS, Candidate
from pgrerank.domain.ids import ChunkId

_OF_NO_LEG = {f"{leg}_{of}": None for leg in LEGS for of in ("rank", "score")}


def merge(lists: Sequence[Sequence[Candidate]]) -> tuple[Candidate, ...]:
    """One fused list, best first, of the fused lists of a query and of its other wordings.

    A candidate's fused score is the mean of its scores over the lists, 0 where it is missing (for
    reciprocal ranks: fusion of all legs of all wordings, divided by their number). Ties are ordered
    by id. Ranks and scores of the legs are those of the first list; None: only another wording
    found the chunk.

    Args:
        lists: Of the query itself first; at least one.
    """
    found: dict[ChunkId, Candidate] = {each.chunk_id: each for each in lists[0]}
    totals: dict[ChunkId, float] = {}
    for candidates in lists:
        for each in candidates:
            totals[each.chunk_id] = totals.get(each.chunk_id, 0.0) + each.fused_score
            if each.chunk_id not in found:
                found[each.chunk_id] = replace(each, **_OF_NO_LEG)
    order = sorted(found.values(), key=lambda each: (-totals[each.chunk_id], each.chunk_id))
    return tuple(
        replace(each, fused_rank=rank, fused_score=totals[each.chunk_id] / len(lists))
        for rank, each in enumerate(order, start=1)
    )
