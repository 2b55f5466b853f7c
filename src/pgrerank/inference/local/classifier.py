"""The cross-encoder as a backend: one logit a sequence."""

from collections.abc import Sequence

from pgrerank.inference.tensors import Feed, Forward
from pgrerank.inference.tokens import TokenSequence


class ClassifierBackend:
    """Runs a classification model on token ids, without any activation.

    Args:
        feed: What the model reads.
        logits: The model: [batch, 1] from its features.
        parallel: Batches that it runs the quickest, each in a thread.
    """

    def __init__(self, feed: Feed, logits: Forward, *, parallel: int = 1) -> None:
        self.parallel = parallel
        self._feed = feed
        self._logits = logits

    def forward(self, batch: Sequence[TokenSequence]) -> list[float]:
        """Run a batch: raw logits, in order."""
        return self._logits(self._feed(batch)).squeeze(-1).tolist()
