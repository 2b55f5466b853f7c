"""Builds the calls that manage terms, calibrations, thresholds and keys. Sends nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, Unpack
from uuid import UUID

from msgspec import Struct

from pgrerank.client import calibration, checks, judgment, key
from pgrerank.client.calibration import CalibrationKnobs, ThresholdKnobs
from pgrerank.client.calls import Call, body, collection_path
from pgrerank.client.judgment import JudgmentKnobs

_NO_ANSWER = type(None)
_KEYS, _CALIBRATIONS, _JUDGMENTS = "/v1/keys", "/v1/calibrations", "/v1/judgments"


class BoostByField(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much a field of metadata raises a candidate: by a date, or by a number."""

    #: what the newest date, or the best number, adds: above 0 and at most 1
    weight: float
    #: the age in days at which a date adds half; None: by a number
    half_life_days: float | None = None
    #: the numbers that add nothing, and the whole weight; None: by a date
    worst: float | None = None
    best: float | None = None


#: by field: `half_life_days`, or `worst` and `best`, and if it is not 0.5 `weight`
Fields: TypeAlias = Mapping[str, BoostByField | Mapping[str, float]]


class Terms(Struct, frozen=True, kw_only=True):
    """The terms of a collection with their weights, and its boosts by fields of metadata."""

    terms: dict[str, float]
    fields: dict[str, BoostByField] = {}


def terms(collection: str) -> Call[Terms]:
    """Get the terms of a collection."""
    return Call(method="GET", path=_terms(collection), answer=Terms)


def put_terms(collection: str, terms: Mapping[str, float] | Sequence[str]) -> Call[Terms]:
    """Replace the terms of a collection."""
    return Call(
        method="PUT",
        path=_terms(collection),
        body=checks.encode({"terms": terms}),
        answer=Terms,
    )


def put_field_boosts(collection: str, fields: Fields) -> Call[Terms]:
    """Replace the boosts of a collection by fields of metadata."""
    return Call(
        method="PUT",
        path=_terms(collection),
        body=checks.encode({"fields": fields}),
        answer=Terms,
    )


def calibrate(**knobs: Unpack[CalibrationKnobs]) -> Call[calibration.CalibrationResponse]:
    """Fit a calibration."""
    return Call(
        method="POST",
        path=_CALIBRATIONS,
        body=body(CalibrationKnobs, knobs),
        answer=calibration.CalibrationResponse,
        repeatable=False,
    )


def calibrations(collection: str | None, cursor: str | None) -> Call[calibration.CalibrationPage]:
    """Get a page of calibrations."""
    named = {"collection": collection, "cursor": cursor}
    params: dict[str, str | int] = {
        name: checks.text(name, value) for name, value in named.items() if value is not None
    }
    return Call(method="GET", path=_CALIBRATIONS, params=params, answer=calibration.CalibrationPage)


def one_calibration(calibration_id: UUID | str) -> Call[calibration.CalibrationResponse]:
    """Get a calibration."""
    return Call(
        method="GET", path=_calibration(calibration_id), answer=calibration.CalibrationResponse
    )


def delete_calibration(calibration_id: UUID | str) -> Call[None]:
    """Delete a calibration."""
    return Call(
        method="DELETE", path=_calibration(calibration_id), answer=_NO_ANSWER, repeatable=False
    )


def thresholds() -> Call[calibration.ThresholdPage]:
    """Get all thresholds."""
    return Call(method="GET", path="/v1/thresholds", answer=calibration.ThresholdPage)


def put_threshold(
    collection: str, name: str, **knobs: Unpack[ThresholdKnobs]
) -> Call[calibration.ThresholdSet]:
    """Set a threshold."""
    return Call(
        method="PUT",
        path=_threshold(collection, name),
        body=body(ThresholdKnobs, knobs),
        answer=calibration.ThresholdSet,
    )


def delete_threshold(collection: str, name: str) -> Call[None]:
    """Delete a threshold."""
    return Call(
        method="DELETE", path=_threshold(collection, name), answer=_NO_ANSWER, repeatable=False
    )


def judgments(
    collection: str, limit: int, cursor: str | None, **knobs: Unpack[JudgmentKnobs]
) -> Call[judgment.JudgmentPage]:
    """Get a page of judgments."""
    checks.check_knobs(knobs, JudgmentKnobs)
    named: dict[str, Any] = {"collection": collection, "cursor": cursor, **knobs}
    texts = {name: checks.text(name, each) for name, each in named.items() if each is not None}
    return Call(
        method="GET",
        path=_JUDGMENTS,
        params={"limit": limit, **texts},
        answer=judgment.JudgmentPage,
    )


def delete_judgment(judgment_id: UUID | str) -> Call[None]:
    """Delete a judgment."""
    path = f"{_JUDGMENTS}/{checks.segment('judgment', str(judgment_id))}"
    return Call(method="DELETE", path=path, answer=_NO_ANSWER, repeatable=False)


def keys(cursor: str | None) -> Call[key.KeyPage]:
    """Get a page of keys."""
    params: dict[str, str | int] = {"cursor": checks.text("cursor", cursor)} if cursor else {}
    return Call(method="GET", path=_KEYS, params=params, answer=key.KeyPage)


def issue_key(
    name: str, scopes: Sequence[key.KeyScope], expires_at: datetime | None
) -> Call[key.IssuedKey]:
    """Issue a key."""
    sent = {"name": name, "scopes": list(scopes), "expires_at": expires_at}
    return Call(
        method="POST",
        path=_KEYS,
        body=checks.encode({field: value for field, value in sent.items() if value is not None}),
        answer=key.IssuedKey,
        repeatable=False,
    )


def revoke_key(key_id: UUID | str) -> Call[None]:
    """Revoke a key."""
    return Call(
        method="DELETE", path=f"{_KEYS}/{checks.segment('key', str(key_id))}", answer=_NO_ANSWER
    )


def _terms(collection: str) -> str:
    return f"{collection_path(collection)}/terms"


def _calibration(calibration_id: UUID | str) -> str:
    return f"{_CALIBRATIONS}/{checks.segment('calibration', str(calibration_id))}"


def _threshold(collection: str, name: str) -> str:
    return f"{collection_path(collection)}/thresholds/{checks.segment('threshold', name)}"
