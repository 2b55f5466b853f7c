"""Worker job that scores reference sets. It is the only job that needs models."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
import structlog

from pgrerank import wiring
from pgrerank.domain.reference import ReferenceVerdict, ScoredSet
from pgrerank.settings import Settings
from pgrerank.storage.jobs import PeriodicJob
from pgrerank.storage.references import there_are_some

_NEWS = (ReferenceVerdict.CHANGED, ReferenceVerdict.OTHER_MODEL)


def scoring_job(settings: Settings, url: str) -> PeriodicJob:
    """Job that scores all reference sets of all tenants every night.

    Args:
        settings: Name the reranker to use.
        url: URL of a PostgreSQL login that may `set role pgrerank_owner`.
    """
    return PeriodicJob(
        name="references",
        purpose="score the reference sets, and tell what changed",
        cron="30 2 * * *",
        run=partial(_rescore, settings, url),
    )


def forgetful(settings: Settings) -> Settings:
    """The settings with the score cache turned off."""
    return msgspec.structs.replace(settings, score_cache=0)


async def _rescore(settings: Settings, url: str) -> Sequence[str]:
    if not await there_are_some(url):
        return ()
    # Imported here, since loading models takes seconds that most workers need not spend.
    from pgrerank.inference.environment import environment
    from pgrerank.usecases.evaluation import reference

    async with wiring.all_services(forgetful(settings)) as services:
        scored = await reference.score_all(services, environment())
    return [_log_outcome(each) for each in scored]


def _log_outcome(scored: ScoredSet) -> str:
    log: Any = structlog.get_logger("pgrerank")
    comparison = scored.comparison
    if comparison.verdict in _NEWS:
        log.warning("reference.changed", reference=scored.name, message=comparison.message)
    return f"{scored.name}: {comparison.verdict}"
