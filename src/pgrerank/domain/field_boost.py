"""Boosts by fields of metadata: recency, and numbers such as ratings."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias, cast

from pgrerank.domain import suggestion
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.filter import steps
from pgrerank.domain.json import Json, JsonObject
from pgrerank.domain.term import WEIGHT

MAX_FIELDS = 20
MAX_FIELD_CHARACTERS = 200
#: days; a century
MAX_HALF_LIFE = 36_500.0
#: days; 15 minutes
MIN_HALF_LIFE = 0.01
#: largest amount of `worst` and `best`
MAX_NUMBER = 1e15
_DAY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldBoost:
    """How much a field raises a candidate: by the age of a date, or by a number.

    With `half_life_days` the field has dates, ISO 8601 text or Unix seconds: its share is 1 now and
    halves with each half-life. With `worst` and `best` it has numbers: its share is 0 at `worst`, 1
    at `best`, linear between and bounded beyond; `worst` may be the larger one, as of prices.
    """

    #: what a share of 1 adds, in standard deviations of the list: above 0 and at most 1
    weight: float = WEIGHT
    half_life_days: float | None = None
    worst: float | None = None
    best: float | None = None

    def share(self, value: Json, now: datetime) -> float:
        """Share of a value, 0..1; 0 for a value of another kind."""
        if self.half_life_days is not None:
            age = _age_days(value, now)
            return 0.0 if age is None else 0.5 ** (max(age, 0.0) / self.half_life_days)
        number = _number(value)
        if number is None or self.worst is None or self.best is None:
            return 0.0
        return min(max((number - self.worst) / (self.best - self.worst), 0.0), 1.0)


#: boost by field of metadata; a dot reaches into objects, as in filters
FieldBoosts: TypeAlias = Mapping[str, FieldBoost]


def check_field_boosts(boosts: FieldBoosts) -> None:
    """Accept boosts that can be stored and computed.

    Raises:
        InvalidRequestError: There are more than 20, a name is empty or overlong, a weight is not
            above 0 and at most 1, or a boost has not either `half_life_days` or `worst` and `best`
            in their ranges; names `fields`, or the field in it.
    """
    if len(boosts) > MAX_FIELDS:
        raise InvalidRequestError("fields", f"must be at most {MAX_FIELDS}, not {len(boosts)}")
    for name, boost in boosts.items():
        where = f"fields.{name[:40]}"
        if not 0 < len(name) <= MAX_FIELD_CHARACTERS or not name.isprintable():
            raise InvalidRequestError(
                where, f"must have a name of 1 to {MAX_FIELD_CHARACTERS} printable characters"
            )
        steps(name, where)
        _check(boost, where)


def weights(boosts: FieldBoosts, metadata: Sequence[JsonObject], now: datetime) -> list[float]:
    """Sum of the weighted shares of each candidate, 0 or more; empty without boosts.

    Of a field with several values, the best counts; a missing or unreadable one adds nothing.

    Args:
        boosts: By field.
        metadata: Of each candidate.
        now: From when ages count.
    """
    if not boosts:
        return []
    paths = [(steps(name, name), boost) for name, boost in boosts.items()]
    return [sum(_weighted(each, path, boost, now) for path, boost in paths) for each in metadata]


def weighed(boosts: FieldBoosts, weights: Mapping[str, float]) -> dict[str, FieldBoost]:
    """The boosts with other weights; one that weighs 0 is left out, one without a weight stays."""
    changed = {
        name: replace(each, weight=weights.get(name, each.weight)) for name, each in boosts.items()
    }
    return {name: each for name, each in changed.items() if each.weight > 0}


def without(boosts: FieldBoosts, names: Iterable[str]) -> dict[str, FieldBoost]:
    """The boosts except those by fields of these names.

    Raises:
        InvalidRequestError: There is no boost by one of the fields.
    """
    left = dict(boosts)
    for name in names:
        if left.pop(name, None) is None:
            remedy = suggestion.remedy(name, boosts)
            raise InvalidRequestError(
                "fields", f"the collection has no boost by `{name}`. {remedy}".rstrip()
            )
    return left


def plain(boosts: FieldBoosts) -> dict[str, dict[str, float]]:
    """The boosts as JSON, without what is not set."""
    return {
        name: {key: value for key, value in asdict(boost).items() if value is not None}
        for name, boost in boosts.items()
    }


def _weighted(metadata: JsonObject, path: Sequence[str], boost: FieldBoost, now: datetime) -> float:
    shares = (boost.share(value, now) for value in _values(metadata, path))
    return boost.weight * max(shares, default=0.0)


def _values(value: Json, path: Sequence[str]) -> Iterator[Json]:
    """The values at a path; those of arrays one by one."""
    if isinstance(value, Mapping):
        if path and path[0] in value:
            yield from _values(value[path[0]], path[1:])
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from _values(each, path)
    elif not path:
        yield value


def _number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(max(min(value, MAX_NUMBER), -MAX_NUMBER))
    return None if math.isnan(number) else number


def _age_days(value: Json, now: datetime) -> float | None:
    if isinstance(value, str):
        instant = _instant(value)
        return None if instant is None else (now - instant).total_seconds() / _DAY
    seconds = _number(value)
    return None if seconds is None else (now.timestamp() - seconds) / _DAY


def _instant(text: str) -> datetime | None:
    """The date or time of an ISO 8601 text, in UTC unless it says otherwise; None: it is none."""
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _check(boost: FieldBoost, where: str) -> None:
    if not 0 < boost.weight <= 1:
        raise InvalidRequestError(where, f"weighs {boost.weight}; must be above 0 and at most 1")
    numbers = (boost.worst, boost.best)
    if boost.half_life_days is not None:
        if numbers != (None, None):
            raise InvalidRequestError(where, "must not have both a half-life and `worst` or `best`")
        if not MIN_HALF_LIFE <= boost.half_life_days <= MAX_HALF_LIFE:
            raise InvalidRequestError(
                where,
                f"has a half-life of {boost.half_life_days} days; must be from {MIN_HALF_LIFE} to "
                f"{MAX_HALF_LIFE:.0f}",
            )
        return
    if any(each is None for each in numbers):
        raise InvalidRequestError(
            where, "must have `half_life_days` for dates, or `worst` and `best` for numbers"
        )
    _check_numbers(cast("tuple[float, float]", numbers), where)


def _check_numbers(numbers: tuple[float, float], where: str) -> None:
    worst, best = numbers
    if not all(abs(each) <= MAX_NUMBER for each in numbers) or worst == best:
        raise InvalidRequestError(
            where, f"must have different `worst` and `best`, from -{MAX_NUMBER:g} to {MAX_NUMBER:g}"
        )
