"""Converts text to token ids, with its own truncation, which is always reported."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tokenizers import Encoding, Tokenizer

SEGMENTS = 8  # maximum per passage; the rest of a longer passage is not read
_QUERY_TOKENS = 64  # maximum per pair, and at most a third of it
_OVERLAP = 4  # a quarter of a segment overlaps with the next
# Texts per call. A call ends with a step that blocks all other threads: a second for 10,000 texts.
_TOGETHER = 128
_CHARACTERS_PER_TOKEN = 64  # upper bound; limits the time spent on a hostile text


@dataclass(frozen=True, slots=True)
class TokenSequence:
    """Input of a transformer: ids with their types, including special tokens."""

    ids: list[int]
    types: list[int]
    #: position of the tokens of the text, or of a pair's passage
    text: slice

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text or a pair as sequences; several if the passage is long."""

    sequences: tuple[TokenSequence, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class PlacedReading:
    """The tokens of a text with their places, and the sequences that hold them."""

    ids: list[int]
    #: first and last character of each token, `text[start:end]`, in code points
    offsets: list[tuple[int, int]]
    sequences: tuple[TokenSequence, ...]
    #: the tokens in each sequence; neighbours overlap
    parts: tuple[slice, ...]


@dataclass(frozen=True, slots=True)
class _Body:
    """Tokens of a text, and whether the text was cut before tokenizing."""

    ids: list[int]
    cut: bool


@dataclass(frozen=True, slots=True)
class _Template:
    """Special tokens that a tokenizer puts around one or two texts."""

    #: ids and types before the first text, after it, and in a pair after the second
    special: tuple[tuple[list[int], list[int]], ...]
    #: token type of each text
    types: tuple[int, ...]

    @property
    def size(self) -> int:
        return sum(len(ids) for ids, _ in self.special)

    def fill(self, *texts: list[int]) -> TokenSequence:
        ids, types = list(self.special[0][0]), list(self.special[0][1])
        start = len(ids)
        for text, kind, (after_ids, after_types) in zip(
            texts, self.types, self.special[1:], strict=True
        ):
            start = len(ids)
            ids += text + after_ids
            types += [kind] * len(text) + after_types
        return TokenSequence(ids, types, slice(start, start + len(texts[-1])))


class Tokens:
    """A tokenizer that never truncates or pads, so threads may share it.

    Args:
        tokenizer: Is copied, since changing truncation or padding while another thread encodes
            raises "Already borrowed".
        max_length: Maximum tokens of a sequence, including special tokens.
    """

    def __init__(self, tokenizer: Tokenizer, max_length: int) -> None:
        written = tokenizer.to_str()
        self._tokenizer = Tokenizer.from_str(written)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._single = _template(self._tokenizer.encode("a"))
        self._pair = _template(self._tokenizer.encode("a", "a"))
        self._unknown = _unknown_token(json.loads(written)["model"], self._tokenizer)
        self.max_length = max_length

    @property
    def raw(self) -> Tokenizer:
        """The tokenizer itself, for reading only."""
        return self._tokenizer

    @property
    def special(self) -> int:
        """Special tokens around a single text."""
        return self._single.size

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, without special tokens and without a limit."""
        return [len(encoding) for encoding in self._encodings(texts)]

    def unknown_share(self, text: str) -> float:
        """Share of the characters read of a text that are in unknown tokens, 0..1."""
        head = _encodable(text[: self.max_length * _CHARACTERS_PER_TOKEN])
        encoding = self._tokenizer.encode(head, add_special_tokens=False)
        if self._unknown not in encoding.ids:
            return 0.0
        read = list(zip(encoding.ids, encoding.offsets, strict=True))[: self.max_length]
        unknown = sum(end - start for token, (start, end) in read if token == self._unknown)
        return unknown / (sum(end - start for _, (start, end) in read) or 1)

    def heads(self, texts: Sequence[str]) -> list[Reading]:
        """Each text as one sequence, truncated if it does not fit."""
        return self._singles(texts, most=1)

    def passages(self, texts: Sequence[str]) -> list[Reading]:
        """Each text as one sequence, or as overlapping ones if it is long."""
        return self._singles(texts, most=SEGMENTS)

    def placed(self, texts: Sequence[str]) -> list[PlacedReading]:
        """Each text as by `passages`, with the places of its tokens in it."""
        room = self.max_length - self._single.size
        heads = [_encodable(text[: room * SEGMENTS * _CHARACTERS_PER_TOKEN]) for text in texts]
        return [
            self._placed(encoding, room)
            for start in range(0, len(heads), _TOGETHER)
            for encoding in self._tokenizer.encode_batch(
                heads[start : start + _TOGETHER], add_special_tokens=False
            )
        ]

    def _placed(self, encoding: Encoding, room: int) -> PlacedReading:
        ids = encoding.ids
        parts = segments(len(ids), room, overlap=room // _OVERLAP, most=SEGMENTS)
        return PlacedReading(
            ids=ids[: parts[-1].stop],
            offsets=encoding.offsets[: parts[-1].stop],
            sequences=tuple(self._single.fill(ids[part]) for part in parts),
            parts=tuple(parts),
        )

    def pairs(self, query: str, texts: Sequence[str]) -> list[Reading]:
        """The query paired with each text. The query has a token budget, the text gets the rest."""
        return self._pair_readings(self._pair, query, texts)

    def frame(
        self, around: tuple[str, str, str], query: str, texts: Sequence[str]
    ) -> list[Reading]:
        """Like `pairs`, with the three texts of `around` in place of the special tokens."""
        encodings = self._tokenizer.encode_batch_fast(list(around), add_special_tokens=False)
        special = tuple((encoding.ids, [0] * len(encoding.ids)) for encoding in encodings)
        return self._pair_readings(_Template(special, (0, 0)), query, texts)

    def _pair_readings(
        self, template: _Template, query: str, texts: Sequence[str]
    ) -> list[Reading]:
        room = max(self.max_length - template.size, 2)
        (queries,) = self._bodies([query], room)
        head = queries.ids[: min(_QUERY_TOKENS, self.max_length // 3, room - 1)]
        bodies = self._bodies(texts, (room - len(head)) * SEGMENTS)
        readings = [
            _reading(template, [head], body, room=room - len(head), most=SEGMENTS)
            for body in bodies
        ]
        cut = queries.cut or len(head) < len(queries.ids)
        return [replace(reading, truncated=True) for reading in readings] if cut else readings

    def _singles(self, texts: Sequence[str], most: int) -> list[Reading]:
        room = self.max_length - self._single.size
        bodies = self._bodies(texts, room * most)
        return [_reading(self._single, [], body, room=room, most=most) for body in bodies]

    def _bodies(self, texts: Sequence[str], tokens: int) -> list[_Body]:
        """Tokens of each text; a very long text is cut before tokenizing."""
        most = tokens * _CHARACTERS_PER_TOKEN
        heads = [_encodable(text[:most]) for text in texts]
        return [
            _Body(encoding.ids, len(text) > most)
            for encoding, text in zip(self._encodings(heads), texts, strict=True)
        ]

    def _encodings(self, texts: Sequence[str]) -> Iterator[Encoding]:
        for start in range(0, len(texts), _TOGETHER):
            some = list(texts[start : start + _TOGETHER])
            yield from self._tokenizer.encode_batch_fast(some, add_special_tokens=False)


def _unknown_token(model: dict[str, Any], tokenizer: Tokenizer) -> int | None:
    """Id of the unknown token; None if the vocabulary can encode any text."""
    if model.get("byte_fallback"):
        return None
    name = model.get("unk_token")
    return model.get("unk_id") if name is None else tokenizer.token_to_id(name)


def _encodable(text: str) -> str:
    """The text with lone surrogates, which JSON allows and UTF-8 does not, as question marks."""
    return text.encode(errors="replace").decode()


def _reading(
    template: _Template, before: list[list[int]], body: _Body, *, room: int, most: int
) -> Reading:
    parts = segments(len(body.ids), room, overlap=room // _OVERLAP, most=most)
    return Reading(
        sequences=tuple(template.fill(*before, body.ids[part]) for part in parts),
        truncated=body.cut or parts[-1].stop < len(body.ids),
    )


def _template(probe: Encoding) -> _Template:
    """Derive the positions of special tokens from an encoding of one-letter texts."""
    special: list[tuple[list[int], list[int]]] = [([], [])]
    kinds: list[int] = []
    previous: int | None = None
    for token, kind, owner in zip(probe.ids, probe.type_ids, probe.sequence_ids, strict=True):
        if owner is None:
            special[-1][0].append(token)
            special[-1][1].append(kind)
        elif owner != previous:
            special.append(([], []))
            kinds.append(kind)
        previous = previous if owner is None else owner
    return _Template(tuple(special), tuple(kinds))


def segments(count: int, size: int, *, overlap: int, most: int) -> list[slice]:
    """Split a long sequence into overlapping segments; the last one ends with the sequence.

    Args:
        count: Tokens of the sequence.
        size: Tokens of a segment.
        overlap: Tokens that neighbours share, less than `size`.
        most: Maximum number of segments; the rest of the sequence is left out.

    Returns:
        At least one slice, in order.
    """
    if count <= size:
        return [slice(0, count)]
    starts = [*range(0, count - size, size - overlap), count - size]
    return [slice(start, start + size) for start in starts[:most]]
