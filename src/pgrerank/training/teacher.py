"""A teacher's scores of all passages, requested once and stored with the run."""

import asyncio
import hashlib
import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from pgrerank.domain.candidate import Passage
from pgrerank.domain.document import passage_hash
from pgrerank.domain.errors import OverloadedError, ScoringError
from pgrerank.domain.lesson import Lesson
from pgrerank.ports.scorer import Scorer

_AT_ONCE = 16  # queries scored concurrently


async def score_lessons(
    lessons: Sequence[Lesson], teacher: Scorer, path: Path, step: Callable[[], None]
) -> list[Lesson]:
    """Add the teacher's scores to lessons; existing scores are kept.

    Args:
        lessons: Lessons to score.
        teacher: The reranker to learn from.
        path: File with the scores so far, to which new ones are appended. Use a separate file for
            each teacher.
        step: Called for each lesson.

    Raises:
        ScoringError: The teacher could not score a passage.
    """
    known_scores = dict(_read(path))
    scored: list[Lesson] = []
    with path.open("a", encoding="utf-8") as target:
        for start in range(0, len(lessons), _AT_ONCE):
            group = lessons[start : start + _AT_ONCE]
            scoring = (_with_scores(each, teacher, known_scores, target) for each in group)
            for lesson in await asyncio.gather(*scoring):
                scored.append(lesson)
                step()
            target.flush()
    return scored


def spread(lessons: Sequence[Lesson]) -> tuple[float, float]:
    """Mean and standard deviation of all scores; 0 and 1 for fewer than two."""
    scores = [score for lesson in lessons for score in lesson.scores]
    if len(scores) < 2:  # noqa: PLR2004 - one score does not vary
        return 0.0, 1.0
    return statistics.fmean(scores), statistics.pstdev(scores) or 1.0


async def _with_scores(
    lesson: Lesson, teacher: Scorer, known_scores: dict[str, list[float]], target: TextIO
) -> Lesson:
    if lesson.scores:
        return lesson
    name = _name(lesson)
    scores = known_scores.get(name)
    if scores is None:
        scores = await _teacher_scores(lesson, teacher)
        target.write(json.dumps({"lesson": name, "scores": scores}) + "\n")
    return lesson.with_scores(scores)


async def _teacher_scores(lesson: Lesson, teacher: Scorer) -> list[float]:
    passages = [Passage(text=text, content_hash=passage_hash("", text)) for text in lesson.passages]
    while True:
        try:
            scores = await teacher.score(lesson.query, passages)
            break
        except OverloadedError as error:
            await asyncio.sleep(error.retry_after_s)
    values = [score.value for score in scores if score.value is not None]
    if len(values) < len(passages):
        raise ScoringError(f"The teacher {teacher.model.name}")
    return values


def _name(lesson: Lesson) -> str:
    parts = repr((lesson.query, lesson.passages))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def _read(path: Path) -> Iterator[tuple[str, list[float]]]:
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:  # the last line is incomplete after a kill
        path.write_text(whole, encoding="utf-8")
    for line in whole.splitlines():
        row = json.loads(line)
        yield row["lesson"], row["scores"]
