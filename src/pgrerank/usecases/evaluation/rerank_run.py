"""Reorder a first-stage run, query by query, without a database."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from pgrerank.domain.agreement import Agreement, with_agreement
from pgrerank.domain.candidate import PairScore
from pgrerank.domain.rerank import SuppliedDocument
from pgrerank.ports.scorer import ListReader, Scorer
from pgrerank.usecases.rerank_texts import rerank_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reordered:
    """The documents of one query, best first."""

    query_id: str
    document_ids: Sequence[str]
    #: number of documents of the run that the corpus lacks; they come after the reranked ones
    missing: int


async def rerank_run(
    scorer: Scorer,
    reader: ListReader | None,
    run: Mapping[str, Sequence[str]],
    queries: Mapping[str, str],
    passages: Mapping[str, str],
    *,
    depth: int,
) -> AsyncIterator[Reordered]:
    """Rerank the first `depth` documents of each query; the others follow in their order.

    If a `reader` is given, agreement with the best documents counts in addition to the score. It
    needs whole lists, which a run has. Callers of the service may send lists in parts, so the
    service uses the score alone.

    Args:
        scorer: The reranker.
        reader: Compares documents with each other. None: only the scores are used.
        run: Document ids by query id, best first.
        queries: Query texts by id; queries of the run without a text are left out.
        passages: Document texts by id, as the reranker reads them.
        depth: Documents to score for each query, at least 1.
    """
    for query_id, document_ids in run.items():
        if query_id in queries:
            head = [name for name in document_ids[:depth] if name in passages]
            texts = [passages[name] for name in head]
            order = await _order(scorer, reader, queries[query_id], texts)
            yield Reordered(
                query_id=query_id,
                document_ids=list(
                    dict.fromkeys([*(head[place] for place in order), *document_ids])
                ),
                missing=sum(name not in passages for name in document_ids),
            )


async def _order(
    scorer: Scorer, reader: ListReader | None, query: str, texts: Sequence[str]
) -> list[int]:
    """Indexes of the texts, best first; ties in the order of the run."""
    if not texts or reader is None:
        return [text.index for text in await rerank_texts(scorer, query, texts)]
    scores, agreement = await _read(scorer, reader, query, texts)
    values = [score.value for score in scores]
    totals = await asyncio.to_thread(with_agreement, values, agreement)
    return sorted(range(len(texts)), key=lambda place: -totals[place])


async def _read(
    scorer: Scorer, reader: ListReader, query: str, texts: Sequence[str]
) -> tuple[Sequence[PairScore], Agreement]:
    """Scores and agreement of the texts, in one pass if the reader is the reranker."""
    if reader is scorer or reader.model.can_replace(scorer.model):
        return await reader.score_and_agreement(query, texts)
    passages = [SuppliedDocument(text).passage for text in texts]
    return await scorer.score(query, passages), await reader.agreement(texts)
