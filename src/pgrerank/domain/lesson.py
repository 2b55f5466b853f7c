"""Lessons: what a reranker learns from. Queries with passages that answer them and that do not."""

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A query with passages, those that answer it first."""

    #: the data set it comes from
    dataset: str
    query: str
    positives: tuple[str, ...]
    negatives: tuple[str, ...]
    #: how well each passage does in the eyes of a teacher, positives first, in any unit; empty:
    #: there is no teacher
    scores: tuple[float, ...] = ()

    @property
    def passages(self) -> tuple[str, ...]:
        """All passages, in the order of the scores."""
        return self.positives + self.negatives

    def with_scores(self, scores: Sequence[float]) -> "Lesson":
        """The same with a teacher's scores, one a passage."""
        return replace(self, scores=tuple(scores))

    def without_false_negatives(self) -> "Lesson":
        """The same without negatives that the teacher ranks above every positive."""
        if not (self.scores and self.positives):
            return self
        count = len(self.positives)
        best = max(self.scores[:count])
        kept = [
            (text, score)
            for text, score in zip(self.negatives, self.scores[count:], strict=True)
            if score <= best
        ]
        return replace(
            self,
            negatives=tuple(text for text, _ in kept),
            scores=self.scores[:count] + tuple(score for _, score in kept),
        )


def merge(lessons: Iterable[Lesson]) -> list[Lesson]:
    """One lesson a query of each data set; what is positive anywhere is no negative.

    Scores are of the first mention of a passage.
    """
    groups: dict[tuple[str, str], list[Lesson]] = {}
    for lesson in lessons:
        groups.setdefault((lesson.dataset, lesson.query), []).append(lesson)
    return [group[0] if len(group) == 1 else _one(group) for group in groups.values()]


def split(lessons: Sequence[Lesson], held_out: int, seed: int) -> tuple[list[Lesson], list[Lesson]]:
    """Lessons to train on, and as many as asked to measure on: those with both kinds of passages.

    A query never stands on both sides, and every seed gives one split, whatever the order.
    """

    def place(lesson: Lesson) -> bytes:
        return hashlib.sha256(f"{seed}\n{lesson.query}".encode()).digest()

    fit = [each for each in lessons if each.positives and each.negatives]
    queries = list(dict.fromkeys(each.query for each in sorted(fit, key=place)))
    dev_queries = set(queries[: min(held_out, len(queries) // 5)])
    train = [each for each in lessons if each.query not in dev_queries]
    return train, [each for each in fit if each.query in dev_queries]


def sample(lessons: Sequence[Lesson], count: int, seed: int) -> list[Lesson]:
    """At most so many of the lessons, the same ones for a seed."""
    picked = range(len(lessons))
    if len(lessons) > count:
        picked = sorted(random.Random(seed).sample(picked, count))  # noqa: S311 - no secret
    return [lessons[index] for index in picked]


def digest(lessons: Iterable[Lesson]) -> str:
    """SHA-256 (hex) over all that the lessons hold, and their order."""
    found = hashlib.sha256()
    for lesson in lessons:
        parts = (lesson.dataset, lesson.query, lesson.positives, lesson.negatives, lesson.scores)
        found.update(repr(parts).encode())
    return found.hexdigest()


def _one(group: Sequence[Lesson]) -> Lesson:
    positives = tuple(dict.fromkeys(text for each in group for text in each.positives))
    negatives = tuple(
        dict.fromkeys(
            text for each in group for text in each.negatives if text not in set(positives)
        )
    )
    scores: dict[str, float] = {}
    for each in reversed(group):
        scores |= dict(zip(each.passages, each.scores, strict=False))
    passages = positives + negatives
    whole = all(text in scores for text in passages)
    return replace(
        group[0],
        positives=positives,
        negatives=negatives,
        scores=tuple(scores[text] for text in passages) if whole else (),
    )
