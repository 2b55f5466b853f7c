"""The settings of a process. Only this module reads the environment, once."""

import dataclasses
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_type_hints

import msgspec
import platformdirs
from msgspec import Meta, Struct

from pgrerank.domain import secret as hidden
from pgrerank.domain.engine_settings import ENGINE_DEFAULTS, EngineSettings
from pgrerank.domain.errors import SettingsError
from pgrerank.domain.limits import Limits

PREFIX = "PGRERANK_"
#: variable that makes prometheus_client keep the metrics of a process in files
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
MAX_WORKERS = 256
#: suffixes of environment variables that hold secrets, including those the backends file names
_SECRET = re.compile(r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD)$", re.IGNORECASE)
_DEFAULT = Limits()


class Settings(Struct, frozen=True, kw_only=True):
    """All settings. A field's variable is `PGRERANK_` and its name in capitals.

    A field whose type is a dataclass is a group: its fields have variables in the same way.
    """

    database_url: Annotated[
        str | None,
        Meta(
            description="PostgreSQL URL of the service's login, a member of `pgrerank_app`. "
            "If this and the administrator's URL are unset, the embedded server is used."
        ),
    ] = None
    admin_database_url: Annotated[
        str | None,
        Meta(
            description="PostgreSQL URL for migrations and operator commands, of a login that may "
            "`set role pgrerank_owner`. Default: the database URL."
        ),
    ] = None
    data_dir: Annotated[Path, Meta(description="Where the embedded server keeps its data.")] = (
        msgspec.field(default_factory=lambda: platformdirs.user_data_path("pgrerank"))
    )
    pool_size: Annotated[
        int, Meta(ge=1, le=500, description="Most open connections to PostgreSQL of each process.")
    ] = 10
    host: Annotated[str, Meta(description="Address the service listens on.")] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65535, description="Port the service listens on; 0: any free one.")
    ] = 8080
    workers: Annotated[
        int,
        Meta(ge=1, le=MAX_WORKERS, description="Processes of the service, which share its port."),
    ] = 1
    drain_seconds: Annotated[
        float,
        Meta(
            ge=0,
            le=3600,
            description="Seconds after SIGTERM during which `/health/ready` returns 503 and "
            "requests are still answered; then the service stops. Longer than your load balancer "
            "takes to notice.",
        ),
    ] = 5.0
    embedder: Annotated[
        str,
        Meta(
            description="Bi-encoder: `all-MiniLM-L6-v2` (packaged), `bge-small-en-v1.5` (twice as slow "
            "and better, with the extra `models`), a name of PGRERANK_BACKENDS, or a folder or hub name "
            "that sentence-transformers opens."
        ),
    ] = "all-MiniLM-L6-v2"
    reranker: Annotated[
        str,
        Meta(
            description="Reranker: `late-interaction` (over the token vectors of PGRERANK_TOKEN_MODEL), `bundled` (that "
            "and a small cross-encoder that comes with pgrerank, in one score), `ms-marco-minilm-l12` (a "
            "larger cross-encoder, with the extra `models`), a name of PGRERANK_BACKENDS, "
            "or the folder or hub name of a cross-encoder, a Qwen3-Reranker or a ColBERT checkpoint."
        ),
    ] = "late-interaction"
    token_model: Annotated[
        str | None,
        Meta(
            description="Packaged bi-encoder of the token vectors that late interaction compares: "
            "`all-MiniLM-L6-v2`, or `bge-small-en-v1.5` (better, with the extra `models`). Default: the "
            "embedder, if it is one of the two."
        ),
    ] = None
    backends: Annotated[
        Path | None,
        Meta(description="TOML file of rerankers and embedders on other servers."),
    ] = None
    precision: Annotated[
        Literal["fast", "exact", "int8"],
        Meta(
            description="Arithmetic of the models. `fast`: bf16 if the processor supports it, with "
            "the same order except for near ties; `exact`: fp32; `int8`: faster still, the order "
            "differs a little."
        ),
    ] = "fast"
    threads: Annotated[
        int,
        Meta(
            ge=0,
            le=1024,
            description="Threads a model may use in each process; 0: one for each core, divided "
            "between the workers.",
        ),
    ] = 0
    engine: EngineSettings = ENGINE_DEFAULTS
    pairs_per_second: Annotated[
        int,
        Meta(
            ge=0,
            description="Pairs per second that a tenant may have reranked, unless it has its own "
            "quota; 0: no limit.",
        ),
    ] = 0
    score_cache: Annotated[
        int, Meta(ge=0, description="Pair scores kept in memory (about 200 bytes each).")
    ] = 200_000
    operator_token: Annotated[
        Annotated[str, Meta(min_length=16, pattern=r"\A[!-~]*\Z")] | None,
        Meta(
            description="Bearer token for the tenant routes of the API. If unset, they are closed.",
        ),
    ] = None
    max_body_bytes: Annotated[int, Meta(ge=1024, description="Largest request body.")] = (
        _DEFAULT.body_bytes
    )
    max_query_characters: Annotated[int, Meta(ge=1, description="Longest query.")] = (
        _DEFAULT.query_characters
    )
    max_document_characters: Annotated[
        int, Meta(ge=1, description="Longest text of a document.")
    ] = _DEFAULT.document_characters
    max_documents: Annotated[
        int, Meta(ge=1, description="Most documents in one ingest request.")
    ] = _DEFAULT.documents
    requests_per_minute: Annotated[
        int, Meta(ge=0, description="Requests a minute for each API key; 0: no limit.")
    ] = _DEFAULT.requests_per_minute
    metrics_by_tenant: Annotated[
        bool,
        Meta(
            description="Label the metric `pgrerank_health` by tenant; otherwise it counts all "
            "tenants together."
        ),
    ] = False
    url: Annotated[
        str | None,
        Meta(
            description="URL of a running service that `pgrerank search`, `rerank` and `mcp` call. "
            "If unset, the first two use the database, and `mcp` http://127.0.0.1:8080."
        ),
    ] = None
    key: Annotated[str | None, Meta(description="API key for that service.")] = None
    log_format: Annotated[
        Literal["auto", "json", "console"],
        Meta(description="Format of the log; `auto`: console on a terminal, else JSON lines."),
    ] = "auto"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least severe event logged.")
    ] = "info"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the settings. Empty variables count as unset.

        Raises:
            SettingsError: A variable's value is invalid; names it and what is allowed.
        """
        try:
            return msgspec.convert(
                _environment_values(cls, environ), cls, strict=False, dec_hook=_decode
            )
        except msgspec.ValidationError as error:
            raise _refusal(error) from error

    @property
    def limits(self) -> Limits:
        """The bounds that the API enforces."""
        return Limits(
            body_bytes=self.max_body_bytes,
            query_characters=self.max_query_characters,
            document_characters=self.max_document_characters,
            documents=self.max_documents,
            requests_per_minute=self.requests_per_minute,
        )


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def secret(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The secret in an environment variable that the backends file names; None if unset."""
    return environ.get(name)


def subprocess_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for a program that this process starts."""
    return dict(environ)


def metrics_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Folder in which processes share metrics, as prometheus_client reads it; None: not shared."""
    folder = environ.get(METRICS_FOLDER)
    return Path(folder) if folder else None


def secrets(environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Texts that no message may show: keys, tokens, and the passwords in URLs."""
    values = {value for name, value in environ.items() if _SECRET.search(name) and value}
    addresses = [hidden.in_address(value) for value in environ.values()]
    return frozenset(values).union(*addresses)


def descriptions() -> Iterator[tuple[str, str, str]]:
    """Variable, default and description of every setting, for the documentation."""
    yield from _field_descriptions(Settings, Settings())


def _field_descriptions(kind: type, defaults: object) -> Iterator[tuple[str, str, str]]:
    for name, hint, is_group in _fields(kind):
        value = getattr(defaults, name)
        if is_group:
            yield from _field_descriptions(hint, value)
            continue
        meaning = next(m.description for m in hint.__metadata__ if m.description)
        default = "the user's data folder" if name == "data_dir" else value
        yield variable(name), "" if default is None else str(default), meaning


def _environment_values(kind: type, environ: Mapping[str, str]) -> dict[str, Any]:
    """Values of the variables that are set, by field; those of a group in an object of its own."""
    values = {
        name: _environment_values(hint, environ) if is_group else environ.get(variable(name))
        for name, hint, is_group in _fields(kind)
    }
    return {name: value for name, value in values.items() if value}


def _fields(kind: type) -> Iterator[tuple[str, Any, bool]]:
    """Name and type of each field, and whether it is a group of settings."""
    for name, hint in get_type_hints(kind, include_extras=True).items():
        yield name, hint, dataclasses.is_dataclass(hint)


def _decode(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value)).expanduser()
    raise TypeError(kind)


def _refusal(error: msgspec.ValidationError) -> SettingsError:
    problem, _, path = str(error).partition(" - at `$.")
    name = re.sub(r"\W.*", "", path.rpartition(".")[2])
    return SettingsError(
        variable(name) if name else PREFIX + "*", problem[:1].lower() + problem[1:]
    )
