"""A cross-encoder reads query and passage together; its score is the raw logit."""

from collections.abc import Sequence
from functools import partial

from pgrerank.domain.offload import in_thread
from pgrerank.inference.local.scorer import PairJobs
from pgrerank.inference.scheduler.request import Job
from pgrerank.inference.tokens import Tokens

TEMPLATE = "cross-encoder/1"  # part of the fingerprint: change it when the input or score changes


class CrossPairing:
    """Each segment of a passage is read behind the query, and each row is its logit."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def unknown_share(self, query: str) -> float:
        """Share of what is read of a query that the tokenizer does not know, 0..1."""
        return self._tokens.unknown_share(query)

    async def pairs(
        self, query: str, texts: Sequence[str], deadline: float | None
    ) -> Sequence[PairJobs[float]]:
        """One pair a text, in order. The caller keeps the deadline: nothing is run here."""
        del deadline
        readings = await in_thread(partial(self._tokens.pairs, query, texts), items=len(texts))
        return [
            PairJobs([Job(tokens, float) for tokens in reading.sequences], reading.truncated)
            for reading in readings
        ]
