"""The description of the API, for people and for tools."""

from typing import Any

from litestar import Request, Response, get
from litestar.enums import OpenAPIMediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, License, Reference, SecurityScheme, Tag

import pgrerank
from pgrerank.api.reference import ReferencePage

KEY = "api-key"
OPERATOR = "operator-token"

_DESCRIPTION = """
Two-stage search on Postgres: a dense and a keyword leg find candidates, a reranker orders them,
and every order is kept in SQL. All calls but those under `operations` and `tenants` take an API
key of a tenant: `Authorization: Bearer <key>`. Refusals are problem documents (RFC 9457).
"""

_TAGS = [
    Tag(name="search", description="Search a collection and look searches up again."),
    Tag(
        name="compatible",
        description="Rerank and embed as other servers do, for their clients. Each dialect under "
        "/compat, and at the root what can be told apart.",
    ),
    Tag(name="collections", description="Named sets of documents."),
    Tag(name="documents", description="Bring documents in, read and delete them."),
    Tag(name="judgments", description="Grades of documents, and what users did with results."),
    Tag(name="calibration", description="What turns rerank scores into probabilities."),
    Tag(name="evaluation", description="Measures of judged queries."),
    Tag(name="keys", description="API keys of the tenant, for keys with the scope `admin`."),
    Tag(name="tenants", description="Tenants, for the operator of the service."),
    Tag(name="operations", description="Health and metrics."),
]


def config() -> OpenAPIConfig:
    """The document at /openapi.json, and as a page at /docs."""
    return OpenAPIConfig(
        title="pgrerank",
        version=pgrerank.__version__,
        description=_DESCRIPTION.strip(),
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        path="/docs",
        render_plugins=[ReferencePage(path="/"), JsonRenderPlugin()],
        use_handler_docstrings=True,
        tags=_TAGS,
        components=Components(security_schemes=_security_schemes()),
    )


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def document(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """The OpenAPI document, where tools look for it."""
    schema = request.app.openapi_schema.to_schema()
    return Response(schema, media_type=OpenAPIMediaType.OPENAPI_JSON)


def _security_schemes() -> dict[str, SecurityScheme | Reference]:
    return {
        KEY: SecurityScheme(
            type="http", scheme="bearer", description="An API key of a tenant: `pgr_...`."
        ),
        OPERATOR: SecurityScheme(
            type="http", scheme="bearer", description="The value of PGRERANK_OPERATOR_TOKEN."
        ),
    }
