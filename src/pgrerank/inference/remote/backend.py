"""The operator's backends file: `[reranker.NAME]`, `[embedder.NAME]` and `[judge.NAME]` in TOML."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, TypeAlias

import httpx
import msgspec
from msgspec import Meta, Struct

from pgrerank.domain import suggestion
from pgrerank.domain.errors import InvalidRequestError, SettingsError
from pgrerank.domain.model import MAX_DIMENSIONS, ScoreKind
from pgrerank.domain.name import validate_name
from pgrerank.inference.remote.dialects import known

VARIABLE = "PGRERANK_BACKENDS"

_MILLION = 1_000_000

Positive: TypeAlias = Annotated[int, Meta(ge=1)]
Seconds: TypeAlias = Annotated[float, Meta(gt=0)]
#: SHA-256 in hex
Fingerprint: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Secret: TypeAlias = Callable[[str], str | None]


class BackendSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings common to all kinds of backend."""

    #: address of the server, to which the dialect's path is added
    url: Annotated[str, Meta(pattern=r"^https?://[^\s/]+")]
    #: API that the server speaks: a name in `dialects/known.py`
    dialect: str
    #: name of the model on the server
    model: str = ""
    #: path to use instead of the dialect's
    path: str | None = None
    #: environment variable that holds the key
    key_env: str | None = None
    #: file that holds the key
    key_file: str | None = None
    #: version of the model, part of its fingerprint
    revision: str | None = None
    #: fingerprint to use, if the model is known to be identical to another one
    fingerprint: Fingerprint | None = None
    #: maximum tokens of the model
    max_tokens: Positive = 512
    #: maximum texts per request; None: the dialect's limit
    batch: Positive | None = None
    #: maximum characters of text per request
    batch_characters: Positive = 400_000
    #: maximum concurrent requests of one call
    concurrency: Annotated[int, Meta(ge=1, le=64)] = 4
    #: timeout of one request in seconds
    timeout_s: Seconds = 10.0
    #: retries after a transient failure
    retries: Annotated[int, Meta(ge=0, le=10)] = 2

    def __post_init__(self) -> None:
        if "@" in self.url:
            raise ValueError("`url` takes no user name or password; a key goes in `key_env`")
        try:
            httpx.URL(self.url)
        except httpx.InvalidURL:
            raise ValueError("`url` has a malformed host or port") from None

    def key(self, secret: Secret) -> str | None:
        """API key of the server; None if it needs none.

        Raises:
            SettingsError: The variable or file that should contain it is missing or invalid.
        """
        if self.key_env is not None:
            value = secret(self.key_env)
            return _require(value, f"the variable {self.key_env}, which should hold a key,")
        if self.key_file is not None:
            return _require(_content(Path(self.key_file).expanduser()), f"the file {self.key_file}")
        return None


class PricedBackend(BackendSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A language model that is paid by the token."""

    #: price per million tokens, in the operator's currency
    input_price: Annotated[float, Meta(ge=0)] = 0.0
    output_price: Annotated[float, Meta(ge=0)] = 0.0

    def cost(self, *, input_tokens: int, output_tokens: int) -> float:
        """Price of tokens that were read and written, in the operator's currency."""
        total = input_tokens * self.input_price + output_tokens * self.output_price
        return total / _MILLION


class RerankerBackend(PricedBackend, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reranker on another server."""

    #: kind of its scores; None: the dialect's default
    score_kind: ScoreKind | None = None
    #: what the reranker shall look for, if it follows instructions; part of its fingerprint
    instruction: Annotated[str, Meta(max_length=4_000)] = ""
    #: maximum documents of a list to score; the others keep their order
    max_documents: Positive = 1_000
    #: number of passages that a language model orders at once, and the step of that window
    window: Annotated[int, Meta(ge=2, le=100)] = 20
    step: Positive = 10
    #: maximum characters of a passage that a language model reads
    passage_characters: Positive = 2_000

    def __post_init__(self) -> None:
        BackendSettings.__post_init__(self)
        _require_dialect(self.dialect, [*known.RERANK, known.LISTWISE])
        self._check_instruction()
        if self.step >= self.window:
            raise ValueError("`step` must be less than `window`")

    def _check_instruction(self) -> None:
        if not self.instruction:
            return
        if self.dialect not in known.INSTRUCTED:
            able = ", ".join(f"`{name}`" for name in known.INSTRUCTED)
            raise ValueError(
                f"`instruction` cannot be sent by the dialect `{self.dialect}`. It is for {able}."
            )
        if self.fingerprint is not None:
            raise ValueError(
                "`instruction` changes the scores, so it takes no `fingerprint` of another model"
            )


class EmbedderBackend(BackendSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bi-encoder on another server."""

    #: dimensions of its vectors
    dimensions: Annotated[int, Meta(ge=1, le=MAX_DIMENSIONS)]
    #: prefixes of queries and of passages
    query_prompt: str = ""
    passage_prompt: str = ""

    def __post_init__(self) -> None:
        BackendSettings.__post_init__(self)
        _require_dialect(self.dialect, known.EMBED)


class JudgeBackend(PricedBackend, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A language model on another server that grades passages."""

    #: maximum characters of a passage that it reads
    passage_characters: Positive = 4_000
    #: what counts as relevant in these collections, in the operator's words; told with each passage
    guideline: Annotated[str, Meta(max_length=4_000)] = ""

    def __post_init__(self) -> None:
        BackendSettings.__post_init__(self)
        _require_dialect(self.dialect, [known.CHAT])


class Backends(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All backends of the file."""

    reranker: dict[str, RerankerBackend] = {}
    embedder: dict[str, EmbedderBackend] = {}
    judge: dict[str, JudgeBackend] = {}

    def entries(self) -> Iterator[tuple[str, BackendSettings]]:
        """All backends with their names, rerankers first, judges last."""
        yield from self.reranker.items()
        yield from self.embedder.items()
        yield from self.judge.items()


def read(path: Path) -> Backends:
    """Read the backends file.

    Raises:
        SettingsError: It is missing or invalid; the message names the place.
    """
    try:
        backends = msgspec.toml.decode(path.read_bytes(), type=Backends)
        for name, _ in backends.entries():
            validate_name(name, name)
    except OSError as error:
        raise SettingsError(VARIABLE, f"{path} cannot be read: {error.strerror}") from error
    except (msgspec.MsgspecError, InvalidRequestError) as error:
        raise SettingsError(VARIABLE, f"{path}: {error}") from error
    return backends


def _require_dialect(name: str, dialects: Iterable[str]) -> None:
    if name not in (names := [*dialects]):
        raise ValueError(f"there is no dialect `{name}` here. {suggestion.remedy(name, names)}")


def _require(value: str | None, what: str) -> str:
    if not value:
        raise SettingsError(VARIABLE, f"{what} is empty or missing")
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise SettingsError(VARIABLE, f"{what} has a character or a line break that no key has")
    return value


def _content(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None
