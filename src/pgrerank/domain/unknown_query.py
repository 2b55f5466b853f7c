"""Queries that models cannot read."""

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
