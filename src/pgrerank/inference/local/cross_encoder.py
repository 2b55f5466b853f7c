"""Cross-encoder: reads query and passage together; the score is the raw logit."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from pgrerank.domain.offload import in_thread
from pgrerank.inference.local.scorer import PairJobs
from pgrerank.inference.scheduler.request import Job
from pgrerank.inference.tokens import Reading, Tokens

TEMPLATE = "cross-encoder/1"  # part of the fingerprint: change it when the input or score changes
#: token sequences of a query with each of some texts
Read: TypeAlias = Callable[[str, Sequence[str]], Sequence[Reading]]


class CrossPairing:
    """Pairs the query with each segment of a passage; each row of the model is a score.

    Args:
        tokens: The tokenizer.
        read: Pairs a query with each text; None: as cross-encoders are trained.
    """

    def __init__(self, tokens: Tokens, read: Read | None = None) -> None:
        self._tokens = tokens
        self._read = read or tokens.pairs

    def unknown_share(self, query: str) -> float:
        """Share of the query, as far as it is read, that the tokenizer does not know, 0..1."""
        return self._tokens.unknown_share(query)

    async def pairs(
        self, query: str, texts: Sequence[str], deadline: float | None
    ) -> Sequence[PairJobs[float]]:
        """One pair per text, in order. Ignores the deadline: no model runs here."""
        del deadline
        readings = await in_thread(partial(self._read, query, texts), items=len(texts))
        return [
            PairJobs([Job(tokens, float) for tokens in reading.sequences], reading.truncated)
            for reading in readings
        ]
