"""Reorder a first-stage run, query by query, without a database."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from pgrerank.ports import Scorer
from pgrerank.usecases.rerank import rerank


@dataclass(frozen=True, slots=True, kw_only=True)
class Reordered:
    """The documents of one query, best first."""

    query_id: str
    document_ids: Sequence[str]
    #: documents of the run that the corpus lacks; they stand behind the reranked
    missing: int


async def rerank_run(
    scorer: Scorer,
    run: Mapping[str, Sequence[str]],
    queries: Mapping[str, str],
    passages: Mapping[str, str],
    *,
    depth: int,
) -> AsyncIterator[Reordered]:
    """Rerank the first `depth` documents of each query; the others keep their order behind.

    Args:
        scorer: The reranker.
        run: Document ids by query id, best first.
        queries: Query texts by id; queries of the run that are not here are left out.
        passages: Text of every document, as the reranker is to read it.
        depth: Documents to score for each query, at least 1.
    """
    for query_id, document_ids in run.items():
        if query_id in queries:
            ids = await _reordered(scorer, queries[query_id], document_ids, passages, depth)
            yield Reordered(
                query_id=query_id,
                document_ids=ids,
                missing=sum(name not in passages for name in document_ids),
            )


async def _reordered(
    scorer: Scorer,
    query: str,
    document_ids: Sequence[str],
    passages: Mapping[str, str],
    depth: int,
) -> list[str]:
    head = [name for name in document_ids[:depth] if name in passages]
    ranked = await rerank(scorer, query, [passages[name] for name in head])
    return list(dict.fromkeys([*(head[text.index] for text in ranked), *document_ids]))
