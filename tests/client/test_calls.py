"""Whatever the arguments, a call returns an answer or raises a ClientError with the reason."""

import math
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.client import Client, ClientError, Document, InvalidCallError, Judgment, Patience
from tests.client.test_wire import URL, Answering, found

HALF = "bad \ud835 tail"
ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters()),
        st.binary(max_size=3),
        st.just(object()),
        st.builds(uuid4),
        st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(st.characters(), max_size=3), inner, max_size=3),
        st.sets(st.integers(), max_size=2),
    ),
    max_leaves=6,
)
METHODS = st.sampled_from(
    [
        ("search", 2),
        ("rank", 2),
        ("results", 1),
        ("why", 2),
        ("feedback", 3),
        ("judge", 2),
        ("put_collection", 1),
        ("collection", 1),
        ("delete_collection", 1),
        ("ingest", 2),
        ("document", 2),
        ("delete_document", 2),
    ]
)


@given(method=METHODS, arguments=st.lists(ANYTHING, min_size=3, max_size=3))
def test_any_input_gives_an_answer_or_a_client_error(method, arguments):
    name, count = method
    http = httpx.Client(transport=httpx.MockTransport(Answering(found())))
    with Client(URL, "pgr_key", http=http, patience=Patience(retries=0)) as client:
        try:
            getattr(client, name)(*arguments[:count])
        except ClientError as error:
            str(error).encode()


@pytest.mark.parametrize(
    ("method", "arguments", "knobs", "field"),
    [
        ("rank", ("q", [HALF]), {}, "documents[0]"),
        ("rank", ("q", ["fine", {"title": ["x", HALF]}]), {}, "documents[1].title[1]"),
        ("rank", (HALF, ["fine"]), {}, "query"),
        ("rank", ("q", ["fine"]), {"min_score": math.nan}, "min_score"),
        ("rank", ("q", ["fine"]), {"top_n": 3}, "top_n"),
        ("search", ("docs", HALF), {}, "query"),
        ("search", (HALF, "q"), {}, "collection"),
        ("search", ("", "q"), {}, "collection"),
        ("search", ("docs", "q"), {"filter": {"a": {HALF: 1}}}, "filter.a"),
        ("search", ("docs", "q"), {"filter": {"a": math.inf}}, "filter.a"),
        ("ingest", ("docs", [Document(id="a", text="t"), Document(id="b", text=HALF)]), {},
         "documents[1].text"),
        ("ingest", ("docs", [{"id": "a", "text": "t", "metadata": {"n": math.nan}}]), {},
         "documents[0].metadata.n"),
        ("ingest", ("docs", {"id": "a"}), {}, "documents"),
        ("ingest", ("docs", None), {}, "documents"),
        ("judge", ("docs", [Judgment(query="q", document=HALF, grade=1)]), {},
         "judgments[0].document"),
        ("document", ("docs", HALF), {}, "document"),
        ("why", (uuid4(), HALF), {}, "document"),
        ("feedback", (uuid4(), uuid4(), "clicked"), {"by": HALF}, "by"),
        ("put_collection", ("docs",), {"rerankr": "x"}, "rerankr"),
    ],
)  # fmt: skip
async def test_what_cannot_be_sent_is_named(caller_of, method, arguments, knobs, field):
    answering = Answering(found())
    async with caller_of(URL, "pgr_key", answering) as caller:
        with pytest.raises(InvalidCallError) as failure:
            await caller(method, *arguments, **knobs)

    assert failure.value.field == field
    assert answering.asked == []


@pytest.mark.parametrize(
    ("knob", "meant"), [("top_k", "limit"), ("filters", "filter"), ("depht", "depth")]
)
async def test_an_unknown_knob_is_refused_with_the_nearest(caller_of, knob, meant):
    async with caller_of(URL, "pgr_key", Answering(found())) as caller:
        with pytest.raises(InvalidCallError, match=f"did you mean `{meant}`"):
            await caller("search", "docs", "q", **{knob: 3})


@pytest.mark.parametrize("name", [".", "..", "..."])
async def test_no_name_climbs_out_of_its_place(caller_of, name):
    answering = Answering(httpx.Response(204))
    async with caller_of(URL, "pgr_key", answering) as caller:
        await caller("delete_document", "docs", name)
        await caller("delete_collection", name)

    written = name.replace(".", "%2E")
    base = b"/under/a/path/v1/collections/"
    assert [request.url.raw_path for request in answering.asked] == [
        base + f"docs/documents/{written}".encode(),
        base + written.encode(),
    ]
