"""Where each dialect is found: at its own prefix, and at the root what can be told apart."""

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
    tei,
    vllm,
    voyage,
)
from pgrerank.api.compat.errors import Told
from pgrerank.domain.limits import Limits

#: handlers by path, with how each refuses
_PREFIXES: Sequence[tuple[str, Told, Sequence[ControllerRouterHandler]]] = [
    ("/", shared_paths.refused, [shared_paths.rerank, shared_paths.rerank_v1]),
    ("/", cohere.refused, [cohere.rerank_v2]),
    ("/", vllm.refused, [vllm.score]),
    ("/", tei.refused, [tei.embed, tei.info]),
    ("/", infinity.refused, [infinity.models]),
    ("/", openai.refused, [openai.embeddings, openai.models]),
    ("/compat/cohere", cohere.refused, [cohere.rerank_v1, cohere.rerank_v2]),
    ("/compat/jina", jina.refused, [jina.rerank]),
    ("/compat/voyage", voyage.refused, [voyage.rerank]),
    ("/compat/tei", tei.refused, [tei.rerank, tei.embed, tei.info]),
    ("/compat/infinity", infinity.refused, [infinity.rerank, infinity.models]),
    ("/compat/vllm", vllm.refused, [vllm.rerank, vllm.score]),
    ("/compat/vllm", openai.refused, [openai.embeddings, openai.models]),
    *[
        (f"/compat/{name}", openai.refused, [openai.embeddings])
        for name in ("jina", "voyage", "tei", "infinity")
    ],
]


def routers(limits: Limits, middleware: list[Middleware]) -> list[Router]:
    """All of them, behind keys; and, for anyone, whether the service can serve."""
    behind_keys = [
        Router(
            path,
            route_handlers=handlers,
            middleware=middleware,
            exception_handlers=errors.handlers(limits, refused),
            dependencies={
                "call": Provide(call, sync_to_thread=False),
                "gateway": Provide(gateway.provide, sync_to_thread=False),
            },
            security=[{openapi.KEY: []}],
            opt={bounds.OPTION: Body.TEXTS, hangup.OPTION: True},
        )
        for path, refused, handlers in _PREFIXES
    ]
    healths = [
        Router(path, route_handlers=[shared_paths.health])
        for path in ("/", "/compat/tei", "/compat/infinity", "/compat/vllm")
    ]
    return [*behind_keys, *healths]
