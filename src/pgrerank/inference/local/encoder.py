"""The bi-encoder as a backend: vectors of texts and of their tokens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pgrerank.inference.tensors import Features, Feed
from pgrerank.inference.tokens import TokenSequence
from pgrerank.inference.vectors import Floats, unit

#: vectors of the texts, [batch, dimensions], and of their tokens, [batch, tokens, dimensions]
Encode: TypeAlias = Callable[[Features], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """What a bi-encoder makes of one sequence."""

    #: unit length
    vector: Floats
    #: one row a token, special tokens included
    tokens: Floats


class EncoderBackend:
    """Runs a bi-encoder on token ids.

    Args:
        feed: What the model reads.
        encode: The model, pooling included.
        parallel: Batches that it runs the quickest, each in a thread.
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
