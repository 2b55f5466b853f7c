"""Converts responses for frameworks: one score per result, and metadata with details."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pgrerank.client.answers import (
    RerankedDocument,
    RerankResponse,
    Result,
    SearchResponse,
)
from pgrerank.client.spans import SpansFound

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
            **_span_facts(result, answer.spans),
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
            **_span_facts(result, answer.spans),
        }
        yield result.index, result.display_score, facts


def text(result: Result) -> str:
    """The extract of a result, or else its window, or else its content."""
    chosen = (result.extract, result.window, result.chunk.content)
    return next((each for each in chosen if each is not None), "")


def reduced(content: str, extract: str | None) -> str:
    """The text of a supplied document, reduced to its extract if there is one.

    An extract may also have lines of metadata that the reranker read before the text. They are left
    out; if nothing of the text remains, it stays whole.
    """
    if extract is None:
        return content
    lines = [line.removeprefix("text: ") for line in extract.split("\n")]
    return "\n".join(line for line in lines if line.strip() and line in content) or content


def extracts(answer: RerankResponse) -> dict[int, str]:
    """The extracts of supplied documents, by their index; none if none were requested."""
    return {each.index: each.extract for each in answer.results if each.extract is not None}


def _span_facts(result: Result | RerankedDocument, report: SpansFound | None) -> dict[str, Any]:
    """Details on the spans of a result; None if none were requested or found."""
    spans = None if result.spans is None else msgspec.to_builtins(result.spans)
    return {"spans": spans, "spans_reason": report and report.reason}


def rankable(
    text: str, metadata: Mapping[str, Any], fields: Sequence[str]
) -> str | Mapping[str, Any]:
    """A document as input for ranking: the given metadata fields that it has, then its text."""
    fields_present = {field: metadata[field] for field in fields if field in metadata}
    return {**fields_present, "text": text} if fields_present else text
