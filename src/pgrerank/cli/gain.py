"""Differences between evaluations, as text and as JSON."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgrerank.domain.significance import Difference

_MOST = 100_000


def sentence(measure: str, found: "Difference") -> str:
    """Sentence with a difference, its interval and p, and whether it is significant."""
    return (
        f"{measure} {found.before:.4f} to {found.after:.4f}: {found.mean:+.4f}, "
        f"95 % interval {found.low:+.4f} to {found.high:+.4f}, p = {found.p_value:.3f}, "
        f"{queries(found.queries)}, {found.wins} better, {found.losses} worse: {verdict(found)}."
    )


def verdict(found: "Difference") -> str:
    """Whether a difference is beyond chance, and if not, how many queries would show it."""
    if found.is_gain:
        return "a gain beyond chance"
    if found.is_loss:
        return "a loss beyond chance"
    return f"not beyond chance; {sample_size_advice(found)}"


def sample_size_advice(found: "Difference") -> str:
    """Clause with the number of queries that would make a difference significant."""
    count = found.queries_needed
    if count is None:
        return "there is no difference to find"
    if count > _MOST:
        return "detecting such a small difference would take too many queries"
    digits = len(str(count)) - 2
    about = max(round(count, -digits) if digits > 0 else count, found.queries + 1)
    return f"about {about:,} queries would tell a difference of this size"


def queries(count: int) -> str:
    """Count with its noun, such as `1 query`."""
    return f"{count} quer{'y' if count == 1 else 'ies'}"


def plain(found: "Difference") -> dict[str, Any]:
    """Figures of a difference for JSON."""
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
        "is_gain": found.is_gain,
        "is_loss": found.is_loss,
        "queries_needed": None if found.is_decided else found.queries_needed,
    }
