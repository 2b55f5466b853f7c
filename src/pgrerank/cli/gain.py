"""Differences between evaluations, as text and as JSON."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgrerank.domain.significance import Difference

_MOST = 100_000


def sentence(measure: str, difference: "Difference") -> str:
    """Sentence with a difference, its interval and p, and whether it is significant."""
    return (
        f"{measure} {difference.before:.4f} to {difference.after:.4f}: {difference.mean:+.4f}, "
        f"95 % interval {difference.low:+.4f} to {difference.high:+.4f}, p = {difference.p_value:.3f}, "
        f"{queries(difference.queries)}, {difference.wins} better, {difference.losses} worse: {verdict(difference)}."
    )


def verdict(difference: "Difference") -> str:
    """Whether a difference is beyond chance, and if not, how many queries would show it."""
    if difference.is_gain:
        return "a gain beyond chance"
    if difference.is_loss:
        return "a loss beyond chance"
    return f"not beyond chance; {sample_size_advice(difference)}"


def sample_size_advice(difference: "Difference") -> str:
    """Clause with the number of queries that would make a difference significant."""
    count = difference.queries_needed
    if count is None:
        return "there is no difference to find"
    if count > _MOST:
        return "detecting such a small difference would take too many queries"
    digits = len(str(count)) - 2
    about = max(round(count, -digits) if digits > 0 else count, difference.queries + 1)
    return f"about {about:,} queries would tell a difference of this size"


def queries(count: int) -> str:
    """Count with its noun, such as `1 query`."""
    return f"{count} quer{'y' if count == 1 else 'ies'}"


def plain(difference: "Difference") -> dict[str, Any]:
    """Figures of a difference for JSON."""
    return {
        "queries": difference.queries,
        "before": difference.before,
        "after": difference.after,
        "mean": difference.mean,
        "low": difference.low,
        "high": difference.high,
        "p_value": difference.p_value,
        "wins": difference.wins,
        "losses": difference.losses,
        "is_gain": difference.is_gain,
        "is_loss": difference.is_loss,
        "queries_needed": None if difference.is_decided else difference.queries_needed,
    }
