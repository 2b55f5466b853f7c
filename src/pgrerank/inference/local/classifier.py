"""Backend for cross-encoders: one logit per sequence."""

from collections.abc import Sequence

from pgrerank.inference.tensors import Feed, Forward
from pgrerank.inference.tokens import TokenSequence


class ClassifierBackend:
    """Runs a classification model on token ids, without an activation.

    Args:
        feed: Makes the inputs of the model.
        logits: The model; returns [batch, 1].
        parallel: Number of batches to run at once, each in a thread, for the best throughput.
    """

    def __init__(self, feed: Feed, logits: Forward, *, parallel: int = 1) -> None:
        self.parallel = parallel
        self._feed = feed
        self._logits = logits

    def forward(self, batch: Sequence[TokenSequence]) -> list[float]:
        """Run a batch, and return its raw logits in order."""
        return self._logits(self._feed(batch)).squeeze(-1).tolist()
