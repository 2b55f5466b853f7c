"""Judged queries and their results as samples of Ragas: `pgrerank evaluate --export`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgrerank.cli.command import Failed
from pgrerank.domain.count import counted

if TYPE_CHECKING:
    from pgrerank.domain.evaluation import Evaluation


def write(file: Path, evaluation: "Evaluation") -> dict[str, Any]:
    """Write the samples of the queries that have a relevant document.

    Returns their number, the number of queries left out, and the means of the id-based measures.
    """
    from pgrerank.integrations import ragas

    samples = [
        ragas.Sample(
            user_input=answer.query,
            retrieved_contexts=list(contexts.retrieved),
            retrieved_context_ids=list(contexts.retrieved_ids),
            reference_contexts=list(contexts.reference),
            reference_context_ids=list(contexts.reference_ids),
        )
        for answer in evaluation.answers
        if (contexts := answer.contexts) is not None and contexts.reference_ids
    ]
    try:
        written = ragas.write(file, samples)
    except OSError as error:
        raise Failed(f"--export: {file} cannot be written: {error.strerror}") from error
    left_out = len(evaluation.answers) - written
    return {"samples": written, "without_relevant": left_out, **ragas.means(samples)}


def sentence(exported: Mapping[str, Any]) -> str:
    """What was written, with the means."""
    means = [
        f"{name} {exported[name]:.4f}"
        for name in ("context_recall", "context_precision")
        if exported[name] is not None
    ]
    line = f"Ragas: {', '.join([counted(exported['samples'], 'sample'), *means])}"
    left_out = exported["without_relevant"]
    if left_out:
        line += f"; {counted(left_out, 'query', 'queries')} without a relevant document left out"
    return line
