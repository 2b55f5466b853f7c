"""Mines hard negatives: passages found by words and embeddings but not judged relevant."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.lesson import Lesson
from pgrerank.ports.embedder import Embedder

_K1, _B = 0.9, 0.4  # as in Anserini and the collections' own baselines
#: number of top ranks to skip: they contain most of the unjudged answers
_SKIPPED = 2
_WINDOW = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A collection with judged queries."""

    name: str
    #: passages by id
    corpus: Mapping[str, str]
    #: texts by id
    queries: Mapping[str, str]
    #: grades by query and document
    qrels: Mapping[str, Mapping[str, int]]


async def mine(
    data: Labelled, embedder: Embedder, count: int, path: Path, step: Callable[[int], None]
) -> list[Lesson]:
    """Mine a lesson for each judged query that has a relevant document.

    Negatives are first documents judged 0, then alternately those that BM25 and embeddings find.

    Args:
        data: The collection.
        embedder: Embeds queries and passages.
        count: Maximum negatives per query.
        path: File that caches the documents found; read if it exists.
        step: Called with the number of passages embedded since the last call.
    """
    mined = _read(path)
    if mined is None:
        mined = await _candidates(data, embedder, count, step)
        _write(path, mined)
    return [_lesson(data, query, names, count) for query, names in mined.items()]


def digest(data: Labelled, count: int) -> str:
    """SHA-256 (hex) over all inputs of the mining."""
    parts = repr((count, sorted(data.corpus.items()), sorted(data.queries.items()), data.qrels))
    return hashlib.sha256(parts.encode()).hexdigest()


def _read(path: Path) -> dict[str, list[str]] | None:
    return json.loads(path.read_text()) if path.exists() else None


def _write(path: Path, mined: dict[str, list[str]]) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(mined))
    draft.replace(path)


async def _candidates(
    data: Labelled, embedder: Embedder, count: int, step: Callable[[int], None]
) -> dict[str, list[str]]:
    """Ids of documents by query, best first."""
    ids = list(data.corpus)
    queries = [q for q, grades in data.qrels.items() if q in data.queries and _best(grades) > 0]
    depth = count + _SKIPPED + max((len(data.qrels[q]) for q in queries), default=0)
    depth = min(depth, len(ids))
    texts = [data.queries[q] for q in queries]
    by_words = _keyword_places(list(data.corpus.values()), texts, depth)
    by_vectors = await _by_vectors(list(data.corpus.values()), texts, depth, embedder, step)
    return {
        query: [ids[place] for place in _turns(by_words[row], by_vectors[row])]
        for row, query in enumerate(queries)
    }


def _lesson(data: Labelled, query: str, passages: Sequence[str], count: int) -> Lesson:
    grades = data.qrels[query]
    positives = [name for name, grade in grades.items() if grade > 0 and name in data.corpus]
    answers = tuple(dict.fromkeys(data.corpus[name] for name in positives))
    refused = [name for name, grade in grades.items() if grade <= 0 and name in data.corpus]
    unjudged = _behind([name for name in passages if name not in grades])
    texts = dict.fromkeys(data.corpus[name] for name in (*refused, *unjudged))
    return Lesson(
        dataset=data.name,
        query=data.queries[query],
        positives=answers,
        negatives=tuple(text for text in texts if text not in answers)[:count],
    )


def _behind(passages: Sequence[str]) -> Sequence[str]:
    """The documents without the top ranks, if enough are left."""
    return passages[_SKIPPED:] if len(passages) > 2 * _SKIPPED else passages


def _best(grades: Mapping[str, int]) -> int:
    return max(grades.values(), default=0)


def _keyword_places(corpus: Sequence[str], queries: Sequence[str], depth: int) -> NDArray[np.int64]:
    """Places in the corpus, best first, shape (queries, depth)."""
    index = bm25s.BM25(k1=_K1, b=_B)
    index.index(bm25s.tokenize(list(corpus), show_progress=False), show_progress=False)
    tokenized = bm25s.tokenize(list(queries), show_progress=False, return_ids=False)
    places, _ = index.retrieve(tokenized, k=depth, show_progress=False)
    return np.asarray(places, dtype=np.int64)


async def _by_vectors(
    corpus: Sequence[str],
    queries: Sequence[str],
    depth: int,
    embedder: Embedder,
    step: Callable[[int], None],
) -> NDArray[np.int64]:
    """Places in the corpus, best first, shape (queries, depth)."""
    vectors: list[NDArray[np.float32]] = []
    for start in range(0, len(corpus), _WINDOW):
        part = await embedder.passages(corpus[start : start + _WINDOW])
        vectors += part
        step(len(part))
    matrix = np.stack(vectors).T
    rows = [np.argsort(-(await embedder.query(text) @ matrix))[:depth] for text in queries]
    return np.stack(rows)


def _turns(first: NDArray[np.int64], second: NDArray[np.int64]) -> list[int]:
    """Both lists interleaved, without duplicates."""
    return list(
        dict.fromkeys(int(place) for pair in zip(first, second, strict=True) for place in pair)
    )
