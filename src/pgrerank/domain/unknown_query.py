"""Queries that models or legs cannot read."""

from collections.abc import Mapping

#: above this unknown share of a query, a model's scores are unreliable
MOST = 0.5


def warnings(unknown_shares: Mapping[str, float]) -> tuple[str, ...]:
    """Warnings about models that cannot read the query; usually none.

    Args:
        unknown_shares: Share of the query that is not in a model's vocabulary, 0..1, by the name
            of the model.
    """
    return tuple(
        f"{share:.0%} of the query is unknown to `{name}`, so its scores say little about it"
        for name, share in unknown_shares.items()
        if share > MOST
    )


def leg_warnings(scan: str | None, unknown_share: float | None) -> tuple[str, ...]:
    """A warning if none of the legs that took part can read the query; usually none.

    Args:
        scan: How the keyword leg scanned, `no terms` if it found no word in the query. None: off.
        unknown_share: Share of the query that the embedder does not know, 0..1. None: there was no
            dense leg.
    """
    if scan != "no terms" or (unknown_share is not None and unknown_share <= MOST):
        return ()
    embedder = "the embedder knows little of it" if unknown_share else "there is no dense leg"
    said = f"no leg can read the query: the keyword leg found no word in it, and {embedder}"
    return (f"{said}; use other words, or an embedder of its language",)
