"""What frameworks get of an answer: one score for each result, and the facts beside it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pgrerank.client.answers import RerankResponse, Result, SearchResponse

#: under this name a result's metadata tells how it was found
FACTS = "pgrerank"


def search_results(answer: SearchResponse) -> Iterator[tuple[Result, float | None, dict[str, Any]]]:
    """Results with score and metadata: the document's own, and how it was found.

    The score is the probability of relevance, 0 to 1, where all results have one; else None, since
    raw scores are on scales of their own, which differ from search to search.

    The document's id, title and URI, as far as it has them, are added where the metadata holds
    nothing of that name.
    """
    are_calibrated = all(result.scores.relevance is not None for result in answer.results)
    for result in answer.results:
        document = result.document
        told = {"document_id": document.id, "title": document.title, "uri": document.uri}
        facts = {
            "ranking_id": str(answer.id),
            **told,
            "chunk_id": str(result.chunk.id),
            "ordinal": result.chunk.ordinal,
            "scores": msgspec.to_builtins(result.scores),
            "ranks": msgspec.to_builtins(result.ranks),
            "truncated": result.truncated,
            "rerank_status": answer.rerank.status,
            "warnings": answer.warnings,
        }
        named = {key: value for key, value in told.items() if value}
        score = result.scores.relevance if are_calibrated else None
        yield result, score, {**named, **document.metadata, FACTS: facts}


def rerank_results(answer: RerankResponse) -> Iterator[tuple[int, float, dict[str, Any]]]:
    """Each result's place among the documents that were brought, its score and its facts.

    The score is from 0 to 1: the relevance, or without calibration the raw score squeezed.
    """
    for result in answer.results:
        facts = {
            "ranking_id": str(answer.id),
            "score": result.score,
            "relevance": result.relevance,
            "boost": result.boost,
            "truncated": result.truncated,
            "rerank_status": answer.rerank.status,
            "warnings": answer.warnings,
        }
        yield result.index, result.display, facts


def rankable(
    text: str, metadata: Mapping[str, Any], fields: Sequence[str]
) -> str | Mapping[str, Any]:
    """A document as it is ranked: its text, behind those fields of its metadata that it has."""
    told = {field: metadata[field] for field in fields if field in metadata}
    return {**told, "text": text} if told else text
