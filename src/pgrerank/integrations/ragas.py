"""Samples and id-based measures of Ragas, which need neither Ragas nor a language model.

A sample is a dictionary with the keys that Ragas 0.4 reads: `user_input`, `retrieved_contexts`,
`retrieved_context_ids`, `reference_contexts` and `reference_context_ids`. So
`EvaluationDataset.from_list(samples)` and `EvaluationDataset.from_jsonl(path)` take them unchanged,
for IDBasedContextRecall, IDBasedContextPrecision, NonLLMContextRecall and
NonLLMContextPrecisionWithReference.
"""

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict

from pgrerank.client.answers import SearchResponse


class Sample(TypedDict):
    """A judged query with what was retrieved for it, and what should have been."""

    user_input: str
    #: texts of the results, best first
    retrieved_contexts: list[str]
    #: ids of their documents; a document with several results is named several times
    retrieved_context_ids: list[str]
    #: texts that answer the query
    reference_contexts: list[str]
    #: ids of the documents that are relevant
    reference_context_ids: list[str]


def sample(
    query: str,
    answer: SearchResponse,
    *,
    relevant: Iterable[str],
    reference_contexts: Sequence[str] = (),
) -> Sample:
    """The sample of an answer.

    Args:
        query: The query that was searched.
        answer: The answer of the client to it.
        relevant: Ids of the documents that are relevant, as judged.
        reference_contexts: Texts that answer the query. The measures of ids do without.
    """
    return Sample(
        user_input=query,
        retrieved_contexts=[each.chunk.content or "" for each in answer.results],
        retrieved_context_ids=[each.document.id for each in answer.results],
        reference_contexts=list(reference_contexts),
        reference_context_ids=list(relevant),
    )


def write(path: str | Path, samples: Iterable[Sample]) -> int:
    """Write samples as JSON Lines for `EvaluationDataset.from_jsonl`; returns their number.

    Characters outside of ASCII are escaped, because Ragas reads the file in the encoding of the
    machine.

    Raises:
        OSError: The file cannot be written.
    """
    lines = [json.dumps(each) + "\n" for each in samples]
    Path(path).write_text("".join(lines), encoding="ascii")
    return len(lines)


def context_recall(
    retrieved_context_ids: Iterable[str | int], reference_context_ids: Iterable[str | int]
) -> float:
    """Share of the reference ids that were retrieved, 0 to 1, as IDBasedContextRecall.

    Both count as sets, of texts: 7 is "7". NaN if there is no reference id.
    """
    retrieved, reference = _texts(retrieved_context_ids), _texts(reference_context_ids)
    return len(retrieved & reference) / len(reference) if reference else math.nan


def context_precision(
    retrieved_context_ids: Iterable[str | int], reference_context_ids: Iterable[str | int]
) -> float:
    """Share of the retrieved ids that are reference ids, 0 to 1, as IDBasedContextPrecision.

    Both count as sets, of texts: 7 is "7". NaN if nothing was retrieved.
    """
    retrieved, reference = _texts(retrieved_context_ids), _texts(reference_context_ids)
    return len(retrieved & reference) / len(retrieved) if retrieved else math.nan


def means(samples: Sequence[Sample]) -> dict[str, float | None]:
    """Means of both measures over the samples in which they are numbers; None if in none."""
    measures = {"context_recall": context_recall, "context_precision": context_precision}
    values = {
        name: [
            value
            for each in samples
            if not math.isnan(
                value := measure(each["retrieved_context_ids"], each["reference_context_ids"])
            )
        ]
        for name, measure in measures.items()
    }
    return {name: sum(each) / len(each) if each else None for name, each in values.items()}


def _texts(ids: Iterable[str | int]) -> set[str]:
    return {str(each) for each in ids}
