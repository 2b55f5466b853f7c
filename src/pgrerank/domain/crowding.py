"""Keep one document, or many alike, from crowding the results."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.agreement import Floats
from pgrerank.domain.candidate import Hit

#: chunks that are looked at: a share is then known to 14 percentage points, 19 times of 20
SAMPLE = 50
#: a chunk is crowded if it has so many others
OTHERS = 5
#: whose cosine with it is at least this
ALIKE = 0.9
#: share of crowded chunks from which a collection is
CROWDED = 0.2
#: hits whose order novelty cannot change, since the first stays
_UNMOVED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowding:
    """How crowded a sample of a collection's chunks is."""

    sampled: int
    #: how many have five others that are alike
    crowded: int
    #: how many of these have most of the five in their own document
    within_documents: int

    @property
    def share(self) -> float:
        """Share of crowded chunks, 0..1; 0 for an empty collection."""
        return self.crowded / self.sampled if self.sampled else 0.0


def best_of_documents(hits: Sequence[Hit], most: int | None) -> tuple[tuple[Hit, ...], list[int]]:
    """The best `most` hits of each document in their order, and the ranks of those beyond.

    Args:
        hits: Hits in their final order.
        most: At least 1; None: all.
    """
    if most is None:
        return tuple(hits), []
    seen: Counter[object] = Counter()
    kept: list[Hit] = []
    beyond: list[int] = []
    for hit in hits:
        document = hit.candidate.document_id
        seen[document] += 1
        if seen[document] <= most:
            kept.append(hit)
        else:
            beyond.append(hit.rank)
    return tuple(kept), beyond


def diversified(hits: Sequence[Hit], diversity: float) -> tuple[Hit, ...]:
    """The hits ordered by relevance and novelty, with new ranks.

    Maximal marginal relevance (Carbonell and Goldstein, "The Use of MMR, Diversity-Based
    Reranking", 1998): the next hit is the one with the highest

        (1 - diversity) * relevance - diversity * (highest cosine with a hit before it).

    Relevance is the number that the hits are ordered by, scaled to 0..1 over the hits that take
    part. Those are the reranked ones that have an embedding, or, if nothing was reranked, all that
    have one; the others stay behind them in their order. Hits of a document keep their order among
    themselves.

    Args:
        hits: Hits in their final order, those retrieved down to the depth with their embeddings.
        diversity: 0 (the order stays) to 1 (only novelty counts, after the first hit).
    """
    head = _comparable(hits) if diversity else []
    if len(head) <= _UNMOVED:
        return tuple(hits)
    taken = {hit.rank for hit in head}
    order = [head[place] for place in _marginal_order(head, diversity)]
    rest = [hit for hit in hits if hit.rank not in taken]
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate([*order, *rest], start=1))


def applied_diversity(hits: Sequence[Hit], diversity: float) -> float:
    """How much novelty weighs in the order of `diversified`: 0 if too few hits can be compared."""
    return diversity if diversity and len(_comparable(hits)) > _UNMOVED else 0.0


def _comparable(hits: Sequence[Hit]) -> list[Hit]:
    """Those that can be compared by one number and by their embeddings."""
    embedded = [hit for hit in hits if hit.candidate.embedding is not None]
    scored = [hit for hit in embedded if hit.scores.deciding is not None]
    return scored or embedded


def _marginal_order(head: Sequence[Hit], diversity: float) -> list[int]:
    relevance = (1 - diversity) * _relevance(head)
    vectors = np.stack(
        [hit.candidate.embedding for hit in head if hit.candidate.embedding is not None]
    )
    cosines = (vectors @ vectors.T).astype(np.float64)
    following = _following(head)
    is_open = np.ones(len(head), dtype=bool)
    is_open[following[following >= 0]] = False
    likest = np.zeros(len(head))
    order: list[int] = []
    while len(order) < len(head):
        value = np.where(is_open, relevance - diversity * likest, -np.inf)
        chosen = int(value.argmax())  # of equal ones the most relevant
        likest = cosines[chosen] if not order else np.maximum(likest, cosines[chosen])
        order.append(chosen)
        is_open[chosen] = False
        if following[chosen] >= 0:
            is_open[following[chosen]] = True
    return order


def _relevance(head: Sequence[Hit]) -> Floats:
    """What the hits are ordered by, scaled to 0..1; 0 for all if it is the same."""
    values = np.array(
        [
            hit.candidate.fused_score if hit.scores.deciding is None else hit.scores.deciding
            for hit in head
        ],
        dtype=np.float64,
    )
    span = np.ptp(values)
    return (values - values.min()) / span if span > 0 else np.zeros_like(values)


def _following(head: Sequence[Hit]) -> NDArray[np.intp]:
    """Index of the next hit of the same document; -1: there is none."""
    following = np.full(len(head), -1, dtype=np.intp)
    last: dict[object, int] = {}
    for place, hit in enumerate(head):
        document = hit.candidate.document_id
        if document in last:
            following[last[document]] = place
        last[document] = place
    return following
