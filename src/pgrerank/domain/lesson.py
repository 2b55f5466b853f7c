"""Lessons: training examples for a reranker. Queries with relevant and irrelevant passages."""

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A query with its passages: relevant ones (positives) and irrelevant ones (negatives)."""

    #: the data set it comes from
    dataset: str
    query: str
    positives: tuple[str, ...]
    negatives: tuple[str, ...]
    #: a teacher model's score of each passage, positives first, in any unit; empty: there is no
    #: teacher
    scores: tuple[float, ...] = ()

    @property
    def passages(self) -> tuple[str, ...]:
        """All passages, in the order of the scores."""
        return self.positives + self.negatives

    def with_scores(self, scores: Sequence[float]) -> "Lesson":
        """A copy with a teacher's scores, one for each passage."""
        return replace(self, scores=tuple(scores))

    def without_false_negatives(self) -> "Lesson":
        """A copy without the negatives that the teacher scores above every positive."""
        if not (self.scores and self.positives):
            return self
        count = len(self.positives)
        best = max(self.scores[:count])
        negatives = [
            (text, score)
            for text, score in zip(self.negatives, self.scores[count:], strict=True)
            if score <= best
        ]
        return replace(
            self,
            negatives=tuple(text for text, _ in negatives),
            scores=self.scores[:count] + tuple(score for _, score in negatives),
        )


def merge(lessons: Iterable[Lesson]) -> list[Lesson]:
    """One lesson for each query of a data set. A passage that is positive anywhere is no negative.

    The first score of a passage counts.
    """
    groups: dict[tuple[str, str], list[Lesson]] = {}
    for lesson in lessons:
        groups.setdefault((lesson.dataset, lesson.query), []).append(lesson)
    return [group[0] if len(group) == 1 else _one(group) for group in groups.values()]


def split(lessons: Sequence[Lesson], held_out: int, seed: int) -> tuple[list[Lesson], list[Lesson]]:
    """Split lessons into a training and a held-out set; the latter have both kinds of passages.

    At most `held_out` queries, and at most a fifth of the suitable ones, are held out. A query is
    never in both sets. The split depends on the seed, not on the order of the lessons.
    """

    def place(lesson: Lesson) -> bytes:
        return hashlib.sha256(f"{seed}\n{lesson.query}".encode()).digest()

    fit = [each for each in lessons if each.positives and each.negatives]
    queries = list(dict.fromkeys(each.query for each in sorted(fit, key=place)))
    dev_queries = set(queries[: min(held_out, len(queries) // 5)])
    train = [each for each in lessons if each.query not in dev_queries]
    return train, [each for each in fit if each.query in dev_queries]


def sample(lessons: Sequence[Lesson], count: int, seed: int) -> list[Lesson]:
    """A random sample of at most `count` lessons, determined by the seed."""
    picked = range(len(lessons))
    if len(lessons) > count:
        picked = sorted(random.Random(seed).sample(picked, count))  # noqa: S311 - not for security
    return [lessons[index] for index in picked]


def digest(lessons: Iterable[Lesson]) -> str:
    """SHA-256 (hex) over the contents of the lessons and their order."""
    digester = hashlib.sha256()
    for lesson in lessons:
        parts = (lesson.dataset, lesson.query, lesson.positives, lesson.negatives, lesson.scores)
        digester.update(repr(parts).encode())
    return digester.hexdigest()


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
