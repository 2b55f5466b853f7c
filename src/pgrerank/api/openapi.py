"""The OpenAPI document and the page at /docs."""

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
Two-stage search on PostgreSQL: a dense and a keyword leg find candidates, a reranker orders them,
and every order is logged in SQL. All calls except those under `operations` and `tenants` need an
API key of a tenant: `Authorization: Bearer <key>`. Errors are problem documents (RFC 9457).
"""

_TAGS = [
    Tag(
        name="search",
        description="Search a collection, rank supplied documents, and read past searches.",
    ),
    Tag(
        name="compatible",
        description="Rerank and embed with the APIs of other servers, for their clients. Each "
        "dialect is under /compat; unambiguous calls are also at the root.",
    ),
    Tag(name="collections", description="Named sets of documents."),
    Tag(name="documents", description="Store, read and delete documents."),
    Tag(name="judgments", description="Relevance grades of documents, and user feedback."),
    Tag(
        name="calibration",
        description="Calibrations, which turn rerank scores into probabilities, and thresholds.",
    ),
    Tag(name="evaluation", description="Metrics of the ranking on judged queries."),
    Tag(name="keys", description="API keys of the tenant. They need the scope `admin`."),
    Tag(name="tenants", description="Tenants, for the operator of the service."),
    Tag(name="operations", description="Health and metrics."),
]


def config() -> OpenAPIConfig:
    """Configuration of the document at /openapi.json and of the page at /docs."""
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
    """The OpenAPI document at the path that tools expect."""
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
