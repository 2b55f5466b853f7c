"""Every field that a caller can send is declared with a bound."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec.inspect as types
from litestar.params import HeaderParameter, PathParameter, QueryParameter
from msgspec import Meta, Struct, field

from pgrerank.api.v1.schema.requests import NewDocument
from tests import fakes
from tests.api.conftest import app_of

CLOSED = (
    types.Metadata,
    types.UnionType,
    types.StructType,
    types.NoneType,
    types.BoolType,
    types.EnumType,
    types.LiteralType,
    types.UUIDType,
)
#: places without a bound of their own, and what bounds them: what is too large is told as 413, and
#: values that are any JSON are looked at one by one
READ_ELSEWHERE = {
    r".*/rerank\.(documents|texts): many": "compat.gateway.Gateway.rank",
    r".*/rerank\.documents\[\]\.\*: anything": "structured.readable",
    r".*/score\.\w+: many": "compat.vllm, compat.gateway.Gateway.rank",
    r".*/embed(dings)?\.inputs?: many": "compat.gateway.Gateway.embed",
    # distinguishes dialects; then it is read as one of them
    r"/rerank(: many| key: a text|\.\*: anything)": "compat.shared_paths",
    r"/docs/.*": "finds a page of the documentation, or none",
    r"/v1/collections/{name:str}/(search|deletions)\.filter\.\*: anything": "filter.jsonpath",
    r"/v1/rankings\.documents: many": "rerank.RerankRequest",
    r"/v1/rankings\.documents\[\](\.\*|\[\]): anything": "structured.readable",
    r"/v1/rankings\?(since|until): an instant": "log.RankingFilter",
    r"/v1/collections/{name:str}/(search|deletions)\.filter key: a text": "filter.jsonpath",
    r".*/documents/{external_id:str}\.metadata( key: a text|\.\*: anything)": "merge_patch",
    r"/v1/collections/{name:str}/search\.sparse( key: a text|\.\*: a number)": "sparse.check_weights",
    r"/v1/collections/{name:str}/terms\.terms( key: a text|\.\*: a number)": "term.check_terms",
    r"/v1/rankings\.documents\[\] key: a text": "structured.readable",
    r"PUT documents\.metadata: many": "document.Document",
    r"PUT documents\.metadata key: a text": "document.Document",
    r"PUT documents\.sparse.*": "sparse.check_weights",
    r"PUT documents\.text: a text": "formats.document_row",
    r"PUT documents\.metadata\.\*: anything": "document.Document",
}


def sent() -> Iterator[tuple[str, Any]]:
    """Name and type of every body and parameter of all routes, also of dialects and operators."""
    for route in app_of(fakes.services()).routes:
        for handler in getattr(route, "route_handlers", ()):
            expected = handler.signature_model.__annotations__
            for name, parameter in handler.parsed_fn_signature.parameters.items():
                if name == "data":
                    yield route.path, expected[name]
                elif isinstance(
                    parameter.kwarg_definition, PathParameter | QueryParameter | HeaderParameter
                ):
                    yield f"{route.path}?{name}", expected[name]
    yield "PUT documents", NewDocument


def unbounded(kind: types.Type, path: str) -> Iterator[str]:
    """Places of a type that accept any number, or a text, array or object of any size."""
    if loose := _loose(kind):
        yield f"{path}: {loose}"
    for step, inner in _inner(kind):
        yield from unbounded(inner, f"{path}{step}")


def _loose(kind: types.Type) -> str | None:  # noqa: PLR0911 - one for each kind
    """What a type itself leaves unbounded; None: nothing."""
    match kind:
        case types.IntType() | types.FloatType():
            ends = (_first(kind.ge, kind.gt), _first(kind.le, kind.lt))
            return "a number" if None in ends else None
        case types.StrType():
            return "a text" if kind.max_length is None and not _ends(kind.pattern) else None
        case types.DateTimeType():
            return None if kind.tz else "an instant"
        case types.ListType() | types.VarTupleType() | types.DictType():
            return "many" if kind.max_length is None else None
    return None if isinstance(kind, CLOSED) else "anything"


def _inner(kind: types.Type) -> list[tuple[str, types.Type]]:  # noqa: PLR0911 - likewise
    match kind:
        case types.Metadata():
            return [("", kind.type)]
        case types.UnionType():
            return [("", each) for each in kind.types]
        case types.ListType() | types.VarTupleType():
            return [("[]", kind.item_type)]
        case types.DictType():
            return [(" key", kind.key_type), (".*", kind.value_type)]
        case types.StructType():
            return [(f".{each.encode_name}", each.type) for each in kind.fields]
    return []


def _reader(place: str) -> str | None:
    return next((each for each in READ_ELSEWHERE if re.fullmatch(each, place)), None)


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _ends(pattern: str | None) -> bool:
    """Whether a pattern matches the whole text and has no unbounded repetition."""
    return pattern is not None and pattern[0] == "^" and "*" not in pattern and "+" not in pattern


def test_every_field_of_every_request_is_bounded():
    places = {place for path, kind in sent() for place in unbounded(types.type_info(kind), path)}

    assert {place for place in places if not _reader(place)} == set()
    assert {reader for place in places if (reader := _reader(place))} == set(READ_ELSEWHERE)


class Loose(Struct):
    number: int
    ratio: Annotated[float, Meta(ge=0)]
    name: Annotated[str, Meta(min_length=1)]
    words: list[Annotated[str, Meta(pattern="^a+$")]] = field(default_factory=list)
    facts: dict[str, Any] | None = None


def test_what_has_no_bound_is_seen():
    assert list(unbounded(types.type_info(Loose), "")) == [
        ".number: a number",
        ".ratio: a number",
        ".name: a text",
        ".words: many",
        ".words[]: a text",
        ".facts: many",
        ".facts key: a text",
        ".facts.*: anything",
    ]
