"""Backend for bi-encoders: vectors of texts and of their tokens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pgrerank.domain.vector import unit
from pgrerank.inference.tensors import Features, Feed
from pgrerank.inference.tokens import TokenSequence
from pgrerank.inference.vectors import Floats

#: vectors of the texts, [batch, dimensions], and of their tokens, [batch, tokens, dimensions]
Encode: TypeAlias = Callable[[Features], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """Output of a bi-encoder for one sequence."""

    #: unit length
    vector: Floats
    #: one row per token, including special tokens
    tokens: Floats


class EncoderBackend:
    """Runs a bi-encoder on token ids.

    Args:
        feed: Makes the inputs of the model.
        encode: The model, including pooling.
        parallel: Number of batches to run at once, each in a thread, for the best throughput.
    """

    def __init__(self, feed: Feed, encode: Encode, *, parallel: int = 1) -> None:
        self.parallel = parallel
        self._feed = feed
        self._encode = encode

    def forward(self, batch: Sequence[TokenSequence]) -> list[EncodedRow]:
        """Run a batch."""
        vectors, tokens = self._encode(self._feed(batch))
        return [
            EncodedRow(vector, row[: len(sequence)])
            for vector, row, sequence in zip(unit(vectors), tokens, batch, strict=True)
        ]
