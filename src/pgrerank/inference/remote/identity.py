"""Identity of a model on another server, as reported by the server or set by the operator."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from pgrerank.domain.errors import ModelError, RemoteError
from pgrerank.domain.model import ModelCard, ModelKind, ScoreKind
from pgrerank.inference.remote.backend import BackendSettings, EmbedderBackend, RerankerBackend
from pgrerank.inference.remote.dialects import sie, tei
from pgrerank.inference.remote.listwise import TEMPLATE as LISTWISE
from pgrerank.inference.remote.transport import Server

_TEMPLATE = "remote/1"  # part of the fingerprint: change it when what is sent changes
#: paths where servers describe their models, by dialect
_DESCRIBED = {"tei": tei.INFO, "sie": sie.MODELS}
_ELSEWHERE = "elsewhere"  # precision, if a server does not report it


async def server_info(server: Server, backend: BackendSettings) -> tei.Info | None:
    """A server's description of its model; None if it has no such route or the operator set it.

    Raises:
        ModelError: It does not answer, so the meaning of its scores is unknown.
    """
    path = _DESCRIBED.get(backend.dialect)
    if path is None or backend.revision or backend.fingerprint:
        return None
    try:
        info = _info(await server.get(path), backend)
    except RemoteError as error:
        raise _identity_error(server, error.problem) from error
    except msgspec.ValidationError as error:
        raise _identity_error(server, f"gave an answer that says no model ({error})") from error
    if backend.dialect == "sie":
        server.revision = info.model_sha
    return info


def reranker(
    server: Server, backend: RerankerBackend, kind: ScoreKind, info: tei.Info | None
) -> ModelCard:
    """Identity of a reranker with scores of this kind."""
    facts = [ModelKind.RERANKER, kind, *_instruction(backend)]
    return _card(server, backend, ModelKind.RERANKER, facts, info, score_kind=kind)


def listwise(server: Server, backend: RerankerBackend) -> ModelCard:
    """Identity of a language model that orders lists."""
    sizes = [backend.window, backend.step, backend.passage_characters]
    facts = [LISTWISE, *sizes, *_instruction(backend)]
    kind = ScoreKind.ORDER
    return _card(server, backend, ModelKind.RERANKER, facts, None, score_kind=kind)


def embedder(server: Server, backend: EmbedderBackend, info: tei.Info | None) -> ModelCard:
    """Identity of a bi-encoder."""
    facts = [
        ModelKind.EMBEDDER,
        backend.dimensions,
        backend.query_prompt,
        backend.passage_prompt,
    ]
    size = backend.dimensions
    return _card(server, backend, ModelKind.EMBEDDER, facts, info, dimensions=size)


def _instruction(backend: RerankerBackend) -> Sequence[str]:
    """The instruction as a fact of the fingerprint; without one, the fingerprint stays as it was."""
    return [backend.instruction] if backend.instruction else []


def _info(answer: Any, backend: BackendSettings) -> tei.Info:
    """A server's description of the model. Raises msgspec.ValidationError."""
    if backend.dialect == "sie":
        return sie.described(answer, backend.model)
    return msgspec.convert(answer, tei.Info)


def _card(
    server: Server,
    backend: BackendSettings,
    kind: ModelKind,
    facts: Sequence[object],
    info: tei.Info | None,
    *,
    score_kind: ScoreKind | None = None,
    dimensions: int | None = None,
) -> ModelCard:
    reported = info or tei.Info(model_id=backend.model, model_sha=backend.revision)
    own = [_TEMPLATE, backend.dialect, reported.model_id, reported.model_sha, reported.model_dtype]
    return ModelCard(
        kind=kind,
        name=reported.model_id or server.name,
        fingerprint=backend.fingerprint or _digest([*own, *facts]),
        precision=reported.model_dtype or _ELSEWHERE,
        max_length=reported.max_input_length or backend.max_tokens,
        revision=reported.model_sha,
        dimensions=dimensions,
        score_kind=score_kind,
        runs=f"the backend `{server.name}` ({backend.dialect})",
    )


def _digest(facts: Sequence[object]) -> str:
    return hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()


def _identity_error(server: Server, problem: str) -> ModelError:
    return ModelError(
        server.name,
        f"the backend {problem} when it was asked what it runs. Start it first, or say "
        "`revision = ...` for it in the file of backends.",
    )
