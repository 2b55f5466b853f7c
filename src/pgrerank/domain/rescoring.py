"""Compare two runs over the same pairs."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from pgrerank.domain.model import ModelCard
from pgrerank.domain.reference import ReferenceComparison, ReferenceVerdict, Run

#: by precision: how much a score may differ between machines, batches or libraries and still count
#: as equal, as a share of the standard deviation of the run's scores. Other precisions: as bf16.
NOISE: Mapping[str, float] = {"fp32": 0.001, "bf16": 0.05, "torch-bf16": 0.05, "int8": 0.05}
_LOOSEST = max(NOISE.values())
#: for runs whose scores have almost no deviation
_LEAST_NOISE = 1e-6

Floats: TypeAlias = NDArray[np.float64]
_scipy: Any = scipy  # half typed; its parts are loaded on first use


def compare_with_previous(run: Run, before: Run | None) -> ReferenceComparison:
    """Compare a run with the previous one of the same set."""
    if before is None or before.digest != run.digest:
        return ReferenceComparison(
            verdict=ReferenceVerdict.FIRST,
            message=f"First scores by {_model_name(run.model)}; there is nothing to compare with.",
        )
    now, then = _values(run), _values(before)
    both = np.isfinite(now) & np.isfinite(then)
    change = np.abs(now - then)[both]
    noise = noise_of(run)
    figures: dict[str, Any] = {
        "compared_with": before.id,
        "largest_change": float(change.max()) if len(change) else None,
        "noise": noise,
        "beyond_noise": int((change > noise).sum() + (np.isfinite(now) != np.isfinite(then)).sum()),
        "truncation_changes": sum(map(bool.__ne__, run.truncated, before.truncated)),
        "kendall_tau": kendall_tau(now[both], then[both]),
    }
    if run.model.fingerprint != before.model.fingerprint:
        verdict, message = ReferenceVerdict.OTHER_MODEL, _other_model(run, before, figures)
    elif figures["beyond_noise"] or figures["truncation_changes"]:
        verdict, message = ReferenceVerdict.CHANGED, _changes(run, before, figures)
    else:
        verdict, message = (
            ReferenceVerdict.SAME,
            f"The scores of {_model_name(run.model)} have not changed.",
        )
    return ReferenceComparison(verdict=verdict, message=message, **figures)


def noise_of(run: Run) -> float:
    """The largest difference from this run's scores that counts as noise, in the model's unit."""
    values = _values(run)
    finite = values[np.isfinite(values)]
    deviation = float(finite.std()) if len(finite) else 0.0
    return max(NOISE.get(run.model.precision, _LOOSEST) * deviation, _LEAST_NOISE)


def _values(run: Run) -> Floats:
    return np.array([np.nan if score is None else score for score in run.scores], dtype=np.float64)


def kendall_tau(now: Floats, then: Floats) -> float | None:
    """Rank correlation (tau-b) of two arrays of equal length, -1..1.

    None for fewer than two values, or if all values of an array are equal.
    """
    if len(now) < 2 or np.ptp(now) == 0 or np.ptp(then) == 0:  # noqa: PLR2004 - an order needs two
        return None
    return float(_scipy.stats.kendalltau(now, then).statistic)


def _other_model(run: Run, before: Run, figures: Mapping[str, Any]) -> str:
    parts = {
        name: (getattr(before.model, name), getattr(run.model, name))
        for name in ("name", "revision", "precision", "max_length")
    }
    parts |= {"fingerprint": (before.model.fingerprint[:12], run.model.fingerprint[:12])}
    changes = ", ".join(
        f"{name} {old} -> {new}" for name, (old, new) in parts.items() if old != new
    )
    if set(_differing(parts)) == {"fingerprint"}:
        changes = f"its weights, tokenizer or template ({changes})"
    tau = figures["kendall_tau"]
    order = "" if tau is None else f" Orders agree by Kendall's tau {tau:.3f}."
    return (
        f"Another model scores: {changes}.{order} Calibrations and thresholds of the previous model "
        "do not apply to it: fit them again."
    )


def _differing(parts: Mapping[str, tuple[object, object]]) -> list[str]:
    return [name for name, (old, new) in parts.items() if old != new]


def _changes(run: Run, before: Run, figures: Mapping[str, Any]) -> str:
    names = sorted({*run.environment, *before.environment})
    parts = {name: (before.environment.get(name), run.environment.get(name)) for name in names}
    differences = ", ".join(
        f"{name} {parts[name][0]} -> {parts[name][1]}" for name in _differing(parts)
    )
    cause = (
        f"What else changed: {differences}."
        if differences
        else (
            "Libraries and processor are the same: look for files of the model that were altered."
        )
    )
    return (
        f"{_model_name(run.model)} gives other scores than before: {figures['beyond_noise']} of "
        f"{len(run.scores)} pairs differ by more than noise ({figures['noise']:.2g}), "
        f"{figures['truncation_changes']} are cut elsewhere. {cause} Until the cause is clear, do "
        "not trust calibrations and thresholds."
    )


def _model_name(model: ModelCard) -> str:
    return f"{model.name} ({model.precision}, {model.fingerprint[:12]})"
