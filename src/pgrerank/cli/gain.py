"""Differences in words and figures."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgrerank.domain.significance import Difference


def sentence(measure: str, found: "Difference") -> str:
    """What a difference is, and whether it is beyond chance."""
    verdict = (
        "a gain beyond chance"
        if found.is_gain
        else "a loss beyond chance"
        if found.is_real
        else "not beyond chance"
    )
    return (
        f"{measure} {found.before:.4f} to {found.after:.4f}: {found.mean:+.4f}, "
        f"95 % interval {found.low:+.4f} to {found.high:+.4f}, p = {found.p_value:.3f}, "
        f"{found.queries} queries, {found.wins} better, {found.losses} worse: {verdict}."
    )


def plain(found: "Difference") -> dict[str, Any]:
    """Its figures for JSON."""
    return {
        "queries": found.queries,
        "before": found.before,
        "after": found.after,
        "mean": found.mean,
        "low": found.low,
        "high": found.high,
        "p_value": found.p_value,
        "wins": found.wins,
        "losses": found.losses,
        "is_real": found.is_real,
    }
