"""A backend that calls the test's own server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from pgrerank.domain.candidate import Passage
from pgrerank.inference.remote.opened import RemoteModels, open_models
from tests.fakes import FakeClock


class Naps:
    """Sleeps that only advance the fake clock."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.clock.advance(seconds)


@asynccontextmanager
async def named(
    folder: Path,
    toml: str,
    *,
    clock: FakeClock | None = None,
    naps: Naps | None = None,
    secrets: dict[str, str] | None = None,
) -> AsyncIterator[RemoteModels]:
    """The models of a backends file."""
    file = folder / "backends.toml"
    file.write_text(toml)
    clock = clock or FakeClock()
    secret = (secrets or {}).get
    pause = naps or Naps(clock)
    async with open_models(
        file, secret, monotonic=clock.monotonic, scores=100, sleep=pause
    ) as found:
        yield found


def reranker(url: str, dialect: str = "cohere", **options: object) -> str:
    """A reranker `other` in TOML."""
    lines = [f"{name} = {_literal(value)}" for name, value in options.items()]
    return "\n".join(
        ["[reranker.other]", f'url = "{url}"', f'dialect = "{dialect}"', 'model = "m"', *lines]
    )


def passages(*texts: str) -> Sequence[Passage]:
    return [Passage(text=text, content_hash=sha256(text.encode()).digest()) for text in texts]


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int | float) else f'"{value}"'
