"""Splits documents into chunks whose passages fit the model."""

import functools
import re
from collections.abc import Callable, Iterator, Sequence

from semantic_text_splitter import MarkdownSplitter

from pgrerank.domain.document import Chunk, passage
from pgrerank.formats.blocks import Kind, blocks
from pgrerank.inference.packing import Packer
from pgrerank.inference.tokens import Tokens

CAPACITY = 200  # tokens of a passage, its title included
OVERLAP = 32  # tokens that neighbours share
_LEAST = 25  # minimum tokens for the content, however long the title
_STEP = 25  # capacities are rounded to this, since every splitter keeps a copy of the tokenizer
# The splitter is quadratic on some input (20,000 times ">"), so it is given slabs of
# 5,000 characters. A slab takes 0.02 s, the worst known one 0.1 s.
_SLAB = 5_000
_HEADING_MARKS = 200  # characters allowed beyond the title and its underline
_CHARACTERS_PER_TOKEN = 16  # also splits an endless word, which is one unknown token


class Chunker:
    """Splits text at headings, blocks, paragraphs, sentences and words. Thread-safe.

    Args:
        tokens: The embedder's tokenizer.
        prompt: Prefix that the embedder reads before every passage.
        capacity: Target tokens of a passage.
        overlap: Tokens that neighbours share.
    """

    def __init__(
        self,
        tokens: Tokens,
        *,
        prompt: str = "",
        capacity: int = CAPACITY,
        overlap: int = OVERLAP,
    ) -> None:
        self._tokens = tokens
        self._most = tokens.max_length - tokens.special - tokens.counts([prompt])[0]
        self._capacity = min(capacity, self._most)
        self._overlap = overlap
        self._splitter: Callable[[int], MarkdownSplitter] = functools.lru_cache(8)(
            self._new_splitter
        )

    def chunks(self, title: str, text: str) -> list[Chunk]:
        """Chunks in order, overlapping; none if title and text are blank.

        Every passage fits the model, unless the title alone leaves no room.
        """
        if not _without_title(title, text).strip():
            return self._chunks(title, [""]) if title.strip() else []
        (titled,) = self._tokens.counts([passage(title, "")])
        shared = self._capacity - min(titled, self._capacity // 4)
        return self._fitting(title, text, min(shared, self._most - titled))

    def _fitting(self, title: str, text: str, room: int) -> list[Chunk]:
        """Reduce `room` until all passages fit, measured with their titles: tokens may join."""
        room = max(room // _STEP * _STEP, _LEAST)
        chunks = self._chunks(title, self._contents(text, room))
        excess = max(chunk.token_count for chunk in chunks) - self._most
        if excess <= 0 or room <= _LEAST:
            return chunks
        return self._fitting(title, text, room - excess)

    def _chunks(self, title: str, contents: Sequence[str]) -> list[Chunk]:
        counts = self._tokens.counts([passage(title, content) for content in contents])
        return [
            Chunk(ordinal=ordinal, content=content, token_count=count)
            for ordinal, (content, count) in enumerate(zip(contents, counts, strict=True))
        ]

    def _contents(self, text: str, room: int) -> list[str]:
        packer = Packer(self._prose, self._tokens.counts, room)
        if all(block.kind is Kind.TEXT for block in blocks(text)):
            return packer.merge(self._prose(text, room))
        return packer.contents(text)

    def _prose(self, text: str, room: int) -> list[str]:
        pieces = _pieces(text, self._splitter(max(room // _STEP * _STEP, _LEAST)))
        return [part for piece in pieces for part in _parts(piece, room * _CHARACTERS_PER_TOKEN)]

    def _new_splitter(self, room: int) -> MarkdownSplitter:
        return MarkdownSplitter.from_huggingface_tokenizer(
            self._tokens.raw, room, overlap=min(self._overlap, room // 4)
        )


def _without_title(title: str, text: str) -> str:
    """The text, or an empty string if it only repeats the title, possibly as a heading."""
    if not title.strip() or len(text) > _HEADING_MARKS + 2 * len(title):
        return text
    words = re.sub(r"[^\w\s]{3,}|^\s*#+", " ", text).split()
    return "" if words == title.split() else text


def _pieces(text: str, splitter: MarkdownSplitter) -> Iterator[str]:
    """Split slab by slab. The last piece of a slab, which may be cut off, starts the next slab."""
    start = 0
    while start < len(text):
        end = start + _SLAB
        pieces = splitter.chunk_indices(text[start:end])
        if end < len(text) and len(pieces) > 1:
            offset, _ = pieces.pop()
            end = start + offset
        yield from (piece for _, piece in pieces)
        start = end


def _parts(piece: str, size: int) -> Iterator[str]:
    for start in range(0, len(piece), size):
        part = piece[start : start + size].strip()
        if part:
            yield part
