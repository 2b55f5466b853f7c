"""A logged search as the request that it was."""

from dataclasses import fields
from typing import Any

from pgrerank.domain.log import LoggedRanking
from pgrerank.domain.request import Profile, RerankMode, SearchRequest, Strategy

_KNOWN = {each.name for each in fields(SearchRequest)} - {"query", "strategy", "profile", "rerank"}


def request(ranking: LoggedRanking) -> SearchRequest:
    """The search with every knob as it was applied.

    What is not logged is left out: the weights of a sparse leg, whose ranks the log has.
    """
    knobs: dict[str, Any] = {name: value for name, value in ranking.knobs.items() if name in _KNOWN}
    return SearchRequest(
        query=ranking.query,
        strategy=Strategy(ranking.strategy),
        profile=Profile(ranking.profile),
        rerank=RerankMode(str(ranking.knobs.get("rerank", RerankMode.AUTO))),
        **knobs,
    )
