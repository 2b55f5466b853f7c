"""Settings of the engine that runs a local model."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """Settings of an engine. Each is declared here only, and used in `inference/scheduler/`.

    `settings.py` reads them from the environment, as its own fields, and documents them.
    """

    queue_size: Annotated[
        int,
        Meta(
            ge=1,
            description="Sequences that may wait for a model; further requests are refused with "
            "503 and Retry-After.",
        ),
    ] = 20_000
    max_wait_seconds: Annotated[
        float,
        Meta(
            gt=0,
            description="Seconds of work that may be queued ahead of a query or a pair; with more, "
            "requests are refused at once.",
        ),
    ] = 10.0


#: what an engine does if nothing is set
ENGINE_DEFAULTS = EngineSettings()
