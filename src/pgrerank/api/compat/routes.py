"""Paths of the dialects: each under its prefix, and the unambiguous calls also at the root."""

from collections.abc import Sequence

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler, Middleware

from pgrerank.api import bounds, hangup, openapi
from pgrerank.api.bounds import Body
from pgrerank.api.call import call
from pgrerank.api.compat import (
    cohere,
    errors,
    gateway,
    infinity,
    jina,
    openai,
    shared_paths,
    sie,
    tei,
    vllm,
    voyage,
)
from pgrerank.api.compat.errors import Renderer
from pgrerank.domain.limits import Limits

#: prefix, renderer of error responses, and handlers
_PREFIXES: Sequence[tuple[str, Renderer, Sequence[ControllerRouterHandler]]] = [
    ("/", shared_paths.refusal_response, [shared_paths.rerank, shared_paths.rerank_v1]),
    ("/", cohere.refusal_response, [cohere.rerank_v2]),
    ("/", vllm.refusal_response, [vllm.score]),
    ("/", tei.refusal_response, [tei.embed, tei.info]),
    ("/", infinity.refusal_response, [infinity.models]),
    ("/", openai.refusal_response, [openai.embeddings, shared_paths.models]),
    ("/", sie.refusal_response, [sie.score, sie.encode]),
    ("/compat/cohere", cohere.refusal_response, [cohere.rerank_v1, cohere.rerank_v2]),
    ("/compat/jina", jina.refusal_response, [jina.rerank]),
    ("/compat/voyage", voyage.refusal_response, [voyage.rerank]),
    ("/compat/tei", tei.refusal_response, [tei.rerank, tei.embed, tei.info]),
    ("/compat/infinity", infinity.refusal_response, [infinity.rerank, infinity.models]),
    ("/compat/vllm", vllm.refusal_response, [vllm.rerank, vllm.score]),
    ("/compat/sie", sie.refusal_response, [sie.score, sie.encode, sie.models, sie.rerank]),
    ("/compat/vllm", openai.refusal_response, [openai.embeddings, openai.models]),
    *[
        (f"/compat/{name}", openai.refusal_response, [openai.embeddings])
        for name in ("jina", "voyage", "tei", "infinity")
    ],
]


def routers(limits: Limits, middleware: list[Middleware]) -> list[Router]:
    """Routers of all dialects. They need an API key, except the health routes."""
    behind_keys = [
        Router(
            path,
            route_handlers=handlers,
            middleware=middleware,
            exception_handlers=errors.handlers(limits, render),
            dependencies={
                "call": Provide(call, sync_to_thread=False),
                "gateway": Provide(gateway.provide, sync_to_thread=False),
            },
            security=[{openapi.KEY: []}],
            opt={bounds.OPTION: Body.TEXTS, hangup.OPTION: True},
        )
        for path, render, handlers in _PREFIXES
    ]
    healths = [
        Router(path, route_handlers=[shared_paths.health])
        for path in ("/", "/compat/tei", "/compat/infinity", "/compat/vllm")
    ]
    return [*behind_keys, *healths]
