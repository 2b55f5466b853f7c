"""What calls send, how many requests they make, and whose connections they close."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.client import AsyncClient, Client, Document, Patience, calls, errors
from pgrerank.client.access import Access
from pgrerank.client.answers import Ingested
from pgrerank.client.errors import RejectedRow
from tests.client.test_wire import CHUNK, URL, Answering, problem

KEY = "pgr_0123456789"
RANKING = "0198c7d2-6c1f-7d0e-8f57-3c9b7a1e2d4f"


def collection(name):
    retrieval = dict.fromkeys(["k1", "b", "title_boost", "dense_weight", "keyword_weight"], 1.0)
    return {
        "name": name,
        "text_search": "english",
        "embedder": "f",
        "documents": 0,
        "chunks": 0,
        "retrieval": retrieval | {"fusion": "rrf", "rrf_k": 60, "sparse_weight": 1.0},
        "created_at": "2026-01-01T00:00:00Z",
    }


def page(*names, cursor=None):
    return httpx.Response(200, json={"items": list(map(collection, names)), "cursor": cursor})


async def test_a_listing_of_collections_is_read_page_by_page(caller_of):
    answering = Answering(page("a", "b", cursor="c+1"), page(cursor="c&2"), page("z"))
    async with caller_of(URL, KEY, answering) as caller:
        names = await caller.collections()

    assert names == ["a", "b", "z"]
    assert [request.url.params.get("cursor") for request in answering.asked] == [None, "c+1", "c&2"]


async def test_documents_are_sent_in_batches_and_their_outcomes_added_up(caller_of):
    answered = {"created": 2, "updated": 1, "unchanged": 4, "chunks": 5}
    rejected = [{"line": 3, "reason": "bad", "id": "x"}]
    answering = Answering(httpx.Response(200, json={**answered, "rejected": rejected}))
    documents = [Document(id=str(number), text="t") for number in range(1001)]
    async with caller_of(URL, KEY, answering) as caller:
        done = await caller("ingest", "docs", documents)

    sent = [request.content.count(b"\n") + 1 for request in answering.asked]
    assert sent == [500, 500, 1]
    assert (done.created, done.updated, done.unchanged, done.chunks) == (6, 3, 12, 15)
    assert [row.line for row in done.rejected] == [3, 503, 1003]
    assert {request.headers["Content-Type"] for request in answering.asked} == {
        "application/x-ndjson"
    }


async def test_an_atomic_ingest_is_one_request_however_large(caller_of):
    answering = Answering(httpx.Response(200, json={}))
    documents = [{"id": str(number), "text": "t"} for number in range(1001)]
    async with caller_of(URL, KEY, answering) as caller:
        await caller("ingest", "docs", documents, atomic=True)

    (request,) = answering.asked
    assert request.url.params["atomic"] == "true"
    assert request.content.count(b"\n") == 1000


async def test_no_documents_are_no_request(caller_of):
    answering = Answering(httpx.Response(500))
    async with caller_of(URL, KEY, answering) as caller:
        done = await caller("ingest", "docs", iter(()))

    assert (done, answering.asked) == (Ingested(), [])


@pytest.mark.parametrize(
    ("method", "arguments", "options", "expected"),
    [
        ("results", (RANKING,), {"limit": 7, "cursor": "next"},
         (f"GET /v1/rankings/{RANKING}/results?limit=7&cursor=next", None)),
        ("results", (RANKING,), {"neighbours": 2},
         (f"GET /v1/rankings/{RANKING}/results?limit=10&neighbours=2", None)),
        ("results", (RANKING,), {}, (f"GET /v1/rankings/{RANKING}/results?limit=10", None)),
        ("why", (RANKING, "a/b?c"), {},
         (f"GET /v1/rankings/{RANKING}/why?document=a%2Fb%3Fc", None)),
        ("feedback", (RANKING, CHUNK, "used"), {"by": "ann"},
         (f"POST /v1/rankings/{RANKING}/feedback",
          {"chunk_id": CHUNK, "event": "used", "by": "ann"})),
        ("put_collection", ("my docs",), {"text_search": "german"},
         ("PUT /v1/collections/my%20docs", {"text_search": "german"})),
        ("document", ("docs", "a/b"), {}, ("GET /v1/collections/docs/documents/a%2Fb", None)),
        ("judge", ("docs", []), {},
         ("POST /v1/judgments", {"collection": "docs", "judgments": []})),
    ],
    ids=str,
)  # fmt: skip
async def test_arguments_are_where_the_service_reads_them(
    caller_of, method, arguments, options, expected
):
    answering = Answering(problem(404))
    async with caller_of("http://service.example", KEY, answering) as caller:
        with pytest.raises(errors.NotFoundError):
            await caller(method, *arguments, **options)

    (request,) = answering.asked
    sent = json.loads(request.content) if request.content else None
    assert (f"{request.method} {request.url.raw_path.decode()}", sent) == expected


@pytest.mark.parametrize(
    "retry_after", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "soon", "1.5", "²".encode()]
)
async def test_a_retry_after_that_is_no_count_of_seconds_is_passed_over(caller_of, retry_after):
    answering = Answering(problem(503, retry_after))
    async with caller_of(URL, KEY, answering, patience=Patience(retries=0)) as caller:
        with pytest.raises(errors.ServiceError) as refused:
            await caller("search", "docs", "q")

    assert refused.value.retry_after_s is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidRequestError),
        (401, errors.AuthenticationError),
        (403, errors.ForbiddenError),
        (404, errors.NotFoundError),
        (409, errors.ConflictError),
        (413, errors.InvalidRequestError),
        (418, errors.InvalidRequestError),
        (429, errors.TooManyRequestsError),
        (500, errors.ServiceError),
        (507, errors.ServiceError),
    ],
)
def test_each_status_has_its_error(status, kind):
    given = errors.Problem(status=status, title="No", detail="because")
    bare = errors.Problem(status=status, title="No")

    refused = errors.refusal(given, 2.0)

    assert type(refused) is kind
    assert (str(refused), refused.status, refused.retry_after_s) == (
        f"because ({status})",
        status,
        2,
    )
    assert str(errors.refusal(bare, None)) == f"No ({status})"


@given(st.lists(st.sampled_from([bytes(size * 1024**2) for size in range(5)]), max_size=12))
def test_batches_keep_the_order_and_their_bounds(lines):
    batches = list(calls.batches(lines))

    assert [line for batch in batches for line in batch] == lines
    for batch in batches:
        assert 1 <= len(batch) <= calls.BATCH_DOCUMENTS
        assert len(batch) == 1 or sum(map(len, batch)) <= calls.BATCH_BYTES


def test_a_line_over_the_bound_is_sent_alone():
    small, large = b"{}", bytes(calls.BATCH_BYTES + 1)

    assert list(calls.batches([small, large, small, small])) == [[small], [large], [small, small]]


def test_rejected_rows_of_a_later_batch_are_counted_from_the_first_document():
    first = Ingested(created=1, rejected=[RejectedRow(line=2, reason="a")])
    later = Ingested(created=2, rejected=[RejectedRow(line=1, reason="b", id="x")])

    total = first.plus(later, after=500)

    assert total.created == 3
    assert [(row.line, row.reason, row.id) for row in total.rejected] == [
        (2, "a", None),
        (501, "b", "x"),
    ]


def test_a_client_closes_its_own_connections_and_leaves_those_of_its_user_open():
    with httpx.Client() as http:
        with Client(URL, KEY, http=http):
            pass
        assert not http.is_closed
    own = Client(URL, KEY)
    own.close()
    with pytest.raises(errors.UnreachableError, match="closed"):
        own.collection("docs")


async def test_so_does_the_client_for_asyncio():
    async with httpx.AsyncClient() as http:
        async with AsyncClient(URL, KEY, http=http):
            pass
        assert not http.is_closed
    own = AsyncClient(URL, KEY)
    await own.close()
    with pytest.raises(errors.UnreachableError, match="closed"):
        await own.collection("docs")


@pytest.mark.parametrize("made", [Client, AsyncClient])
def test_a_client_shows_where_it_calls_and_not_its_key(made):
    assert repr(made(URL, KEY)) == f"{made.__name__}({URL!r})"


@pytest.mark.parametrize("url", ["http://host", "http://host/", "http://host//"])
def test_a_slash_at_the_end_of_the_url_makes_no_difference(url):
    assert Access(url, KEY).base == "http://host"


def test_a_key_is_hidden_also_as_json_writes_it():
    access = Access("http://host", 'pgr_"quoted"')

    assert access.redact(r'{"key": "pgr_\"quoted\"", "also": pgr_"quoted"}') == (
        '{"key": "[key]", "also": [key]}'
    )
    assert Access("http://host", "short").redact("a short text") == "a short text"
