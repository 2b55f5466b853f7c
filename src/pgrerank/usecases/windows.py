"""Join results with the chunks around them in their documents."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from pgrerank.domain import window
from pgrerank.domain.candidate import Hit
from pgrerank.domain.ids import TenantId
from pgrerank.domain.offload import items, offload
from pgrerank.domain.window import MAX_WINDOWS
from pgrerank.ports.candidates import Candidates


async def attach(
    candidates: Candidates, tenant_id: TenantId, results: Sequence[Hit], neighbours: int
) -> tuple[Hit, ...]:
    """The results, the first 100 with the windows of their chunks, read in one statement.

    Args:
        candidates: The port that reads chunks.
        tenant_id: The owner of the results.
        results: Results in any order.
        neighbours: Chunks before and after each result; 0: no windows.
    """
    if not neighbours or not results:
        return tuple(results)
    first, rest = results[:MAX_WINDOWS], results[MAX_WINDOWS:]
    chunk_ids = [hit.candidate.chunk_id for hit in first]
    contents = await candidates.neighbours(tenant_id, chunk_ids, neighbours)
    size = items(text for texts in contents.values() for text in texts)
    texts = await offload(
        partial(_joined, [contents.get(each, ()) for each in chunk_ids]), items=size
    )
    return (*(replace(hit, window=text) for hit, text in zip(first, texts, strict=True)), *rest)


def _joined(contents: Sequence[Sequence[str]]) -> list[str | None]:
    """The window of each result; None if its chunk is not stored any more."""
    return [window.joined(each) if each else None for each in contents]
