"""Converts responses for frameworks: one score per result, and metadata with details."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pgrerank.client.answers import RerankResponse, Result, SearchResponse

#: key of the details in a result's metadata
FACTS = "pgrerank"


def search_results(answer: SearchResponse) -> Iterator[tuple[Result, float | None, dict[str, Any]]]:
    """Results with their score and the document's metadata, extended by details of the search.

    The score is the probability of relevance, 0 to 1, if all results have one. Otherwise it is
    None, since the scales of raw scores differ from search to search.

    The document's id, title and URI are added if it has them and its metadata has no such keys.
    """
    are_calibrated = all(result.scores.relevance is not None for result in answer.results)
    for result in answer.results:
        document = result.document
        document_facts = {"document_id": document.id, "title": document.title, "uri": document.uri}
        facts = {
            "ranking_id": str(answer.id),
            **document_facts,
            "chunk_id": str(result.chunk.id),
            "ordinal": result.chunk.ordinal,
            "scores": msgspec.to_builtins(result.scores),
            "ranks": msgspec.to_builtins(result.ranks),
            "truncated": result.truncated,
            "rerank_status": answer.rerank.status,
            "warnings": answer.warnings,
        }
        present = {key: value for key, value in document_facts.items() if value}
        score = result.scores.relevance if are_calibrated else None
        yield result, score, {**present, **document.metadata, FACTS: facts}


def rerank_results(answer: RerankResponse) -> Iterator[tuple[int, float, dict[str, Any]]]:
    """Index among the supplied documents, score and details of each result.

    The score is from 0 to 1: the relevance, or without calibration the raw score mapped to that
    range.
    """
    for result in answer.results:
        facts = {
            "ranking_id": str(answer.id),
            "rerank_score": result.rerank_score,
            "relevance": result.relevance,
            "boost": result.boost,
            "truncated": result.truncated,
            "rerank_status": answer.rerank.status,
            "warnings": answer.warnings,
        }
        yield result.index, result.display_score, facts


def rankable(
    text: str, metadata: Mapping[str, Any], fields: Sequence[str]
) -> str | Mapping[str, Any]:
    """A document as input for ranking: the given metadata fields that it has, then its text."""
    fields_present = {field: metadata[field] for field in fields if field in metadata}
    return {**fields_present, "text": text} if fields_present else text
