"""Routes of a collection's boosts: terms, and fields of metadata."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Self

from litestar import get, put
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from pgrerank.api import auth, media
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
from pgrerank.api.v1.schema.search import Answer
from pgrerank.domain.collection import Collection
from pgrerank.domain.field_boost import (
    MAX_FIELD_CHARACTERS,
    MAX_FIELDS,
    MAX_HALF_LIFE,
    MAX_NUMBER,
    MIN_HALF_LIFE,
    FieldBoost,
    FieldBoosts,
)
from pgrerank.domain.tenant import Scope
from pgrerank.domain.term import MAX_TERM_CHARACTERS, MAX_TERMS, WEIGHT
from pgrerank.usecases.collections import boost

TAGS = ["collections"]
Number = Annotated[float, Meta(ge=-MAX_NUMBER, le=MAX_NUMBER)]
FieldName = Annotated[str, Meta(min_length=1, max_length=MAX_FIELD_CHARACTERS)]
Term = Annotated[str, Meta(min_length=1, max_length=MAX_TERM_CHARACTERS)]


class BoostByField(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much a field raises a candidate: with `half_life_days` by a date, else by a number."""

    weight: Annotated[
        float,
        Meta(
            gt=0,
            le=1,
            description="What the newest date or the best number adds, in standard deviations of "
            "the scores.",
        ),
    ] = WEIGHT
    half_life_days: Annotated[
        Annotated[float, Meta(ge=MIN_HALF_LIFE, le=MAX_HALF_LIFE)] | None,
        Meta(
            description="The field has dates (ISO 8601 text, or Unix seconds); the boost halves "
            "with each half-life of age.",
            examples=[30],
        ),
    ] = None
    worst: Annotated[
        Number | None, Meta(description="Number that adds nothing, and every worse one.")
    ] = None
    best: Annotated[
        Number | None,
        Meta(description="Number that adds the whole weight, and every better one.", examples=[5]),
    ] = None


Fields = Annotated[
    dict[FieldName, BoostByField],
    Meta(
        max_length=MAX_FIELDS,
        description=f"At most {MAX_FIELDS} fields of metadata; a dot reaches into objects, as in "
        "filters.",
        examples=[
            {"published": {"half_life_days": 30}, "stars": {"worst": 0, "best": 5, "weight": 0.3}}
        ],
    ),
]


class NewTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new terms and fields of a collection. What is omitted stays."""

    terms: Annotated[
        Annotated[dict[str, float], Meta(max_length=MAX_TERMS)]
        | Annotated[list[Term], Meta(max_length=MAX_TERMS)]
        | UnsetType,
        Meta(
            description="At most 500 terms, either with weights above 0 and up to 1, or as a list; "
            f"then each weight is {WEIGHT}. Case does not matter.",
            examples=[{"pgvector": 0.8, "write-ahead log": 0.5}],
        ),
    ] = UNSET
    fields: Fields | UnsetType = UNSET

    @property
    def weights(self) -> Mapping[str, float] | None:
        """The terms with their weights; None: they stay."""
        if isinstance(self.terms, UnsetType):
            return None
        if isinstance(self.terms, dict):
            return self.terms
        return dict.fromkeys(self.terms, WEIGHT)

    @property
    def field_boosts(self) -> FieldBoosts | None:
        """The boosts by field; None: they stay."""
        if isinstance(self.fields, UnsetType):
            return None
        return {name: FieldBoost(**structs.asdict(each)) for name, each in self.fields.items()}


class Terms(Answer, frozen=True, kw_only=True):
    """The terms and fields of a collection, which raise candidates."""

    terms: Annotated[dict[str, float], Meta(description="Terms with their weights.")]
    fields: Annotated[dict[str, BoostByField], Meta(description="Boosts by fields of metadata.")]

    @classmethod
    def of(cls, collection: Collection) -> Self:
        """Response for a collection."""
        boosts = collection.field_boosts.items()
        return cls(
            terms=dict(collection.terms),
            fields={name: BoostByField(**asdict(each)) for name, each in boosts},
        )


@put(
    "/collections/{name:str}/terms",
    tags=TAGS,
    summary="Set what boosts candidates of a collection",
    operation_id="putTerms",
    guards=[auth.needs(Scope.INGEST), media.json_only],
    responses=response_specs(400, 401, 403, 404, 413, 415, 429, 500, 503),
)
async def put_terms(*, name: requests.Name, call: TheCall, data: JSONBody[NewTerms]) -> Terms:
    """Replace the collection's terms, such as product names, and its boosts by metadata.

    From the next search on, reranked candidates that contain terms are raised, and those with a
    recent date or a good number in a field of their metadata: the sum of the weights, at most 1,
    times the standard deviation of the scores is added to the score that orders them. Fields raise
    results of searches; supplied documents are raised by terms alone.
    """
    return Terms.of(
        await boost(call.services, call.tenant_id, name, data.weights, data.field_boosts)
    )


@get(
    "/collections/{name:str}/terms",
    tags=TAGS,
    summary="Get what boosts candidates of a collection",
    operation_id="getTerms",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def get_terms(*, name: requests.Name, call: TheCall) -> Terms:
    """The terms and the fields of metadata that raise candidates, with their weights."""
    return Terms.of(await call.services.collections.by_name(call.tenant_id, name))


ROUTES = [put_terms, get_terms]
