"""Routes of a collection's terms."""

from collections.abc import Mapping
from typing import Annotated

from litestar import get, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from pgrerank.api import auth, media
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
from pgrerank.api.v1.schema.search import Answer
from pgrerank.domain.tenant import Scope
from pgrerank.domain.term import MAX_TERM_CHARACTERS, MAX_TERMS, WEIGHT
from pgrerank.usecases.collections import boost

TAGS = ["collections"]
Term = Annotated[str, Meta(min_length=1, max_length=MAX_TERM_CHARACTERS)]


class NewTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new terms of a collection."""

    terms: Annotated[
        Annotated[dict[str, float], Meta(max_length=MAX_TERMS)]
        | Annotated[list[Term], Meta(max_length=MAX_TERMS)],
        Meta(
            description="At most 500 terms, either with weights above 0 and up to 1, or as a list; "
            f"then each weight is {WEIGHT}. Case does not matter.",
            examples=[{"pgvector": 0.8, "write-ahead log": 0.5}],
        ),
    ]

    @property
    def weights(self) -> Mapping[str, float]:
        """The terms with their weights."""
        if isinstance(self.terms, dict):
            return self.terms
        return dict.fromkeys(self.terms, WEIGHT)


class Terms(Answer, frozen=True, kw_only=True):
    """The terms of a collection. They raise candidates that contain them."""

    terms: Annotated[dict[str, float], Meta(description="Terms with their weights.")]


@put(
    "/collections/{name:str}/terms",
    tags=TAGS,
    summary="Set a collection's terms",
    operation_id="putTerms",
    guards=[auth.needs(Scope.INGEST), media.json_only],
    responses=response_specs(400, 401, 403, 404, 413, 415, 429, 500, 503),
)
async def put_terms(*, name: requests.Name, call: TheCall, data: JSONBody[NewTerms]) -> Terms:
    """Replace the collection's terms, such as product names or code names.

    From the next search on, candidates that contain terms are raised: the sum of their weights, at
    most 1, times the standard deviation of the scores is added to the score that orders them.
    """
    changed = await boost(call.services, call.tenant_id, name, data.weights)
    return Terms(terms=dict(changed.terms))


@get(
    "/collections/{name:str}/terms",
    tags=TAGS,
    summary="Get a collection's terms",
    operation_id="getTerms",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def get_terms(*, name: requests.Name, call: TheCall) -> Terms:
    """The terms that raise candidates that contain them, with their weights."""
    collection = await call.services.collections.by_name(call.tenant_id, name)
    return Terms(terms=dict(collection.terms))


ROUTES = [put_terms, get_terms]
