"""Queries that models cannot read."""

from collections.abc import Mapping

#: above this share of a query that a model does not know, its scores say little
MOST = 0.5


def warnings(unknown_shares: Mapping[str, float]) -> tuple[str, ...]:
    """What an answer says of a query that models took part in and cannot read; usually nothing.

    Args:
        unknown_shares: By the name of each model, the share of the query that is not in its
            vocabulary, 0..1.
    """
    return tuple(
        f"{share:.0%} of the query is unknown to `{name}`, so its scores say little about it"
        for name, share in unknown_shares.items()
        if share > MOST
    )
