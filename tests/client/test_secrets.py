"""No failure of a client shows its key, or a password in its URL."""

import traceback
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.client import Client, ClientError, InvalidCallError, Patience
from pgrerank.client.errors import UnreachableError
from pgrerank.integrations.service import Service

#: as long as a real key, with characters that JSON and patterns escape
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=60)
ODD = st.text(st.sampled_from("\n\r\t \0é\ud800"), min_size=1, max_size=3)


@dataclass
class Repeating:
    """A service, or a stand-in, that repeats what it was sent."""

    status: int
    media_type: str
    failure: type[Exception] | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sent = request.headers["Authorization"]
        if self.failure:
            raise self.failure(f"could not send {sent!r}")
        body = {"status": self.status, "title": sent, "detail": f"no {sent}", "request_id": sent}
        return httpx.Response(
            self.status,
            json=body,
            headers={"Content-Type": self.media_type},
            extensions={"reason_phrase": sent.encode()},
        )


ANSWERING = st.builds(
    Repeating,
    status=st.sampled_from([200, 302, 400, 401, 404, 429, 500, 502, 503]),
    media_type=st.sampled_from(["application/problem+json", "text/html"]),
    failure=st.sampled_from(
        [
            None,
            httpx.ConnectError,
            httpx.ReadTimeout,
            httpx.LocalProtocolError,
            httpx.RemoteProtocolError,
            httpx.DecodingError,
            RuntimeError,
        ]
    ),
)


def shown(error: BaseException) -> str:
    return "".join([str(error), repr(error), *traceback.format_exception(error), *chained(error)])


def chained(error: BaseException | None) -> list[str]:
    """Every error in the chain, including those that a traceback suppresses."""
    if error is None:
        return []
    return [str(error), *chained(error.__cause__), *chained(error.__context__)]


@given(key=SECRETS, answering=ANSWERING)
def test_no_failure_shows_the_key(key, answering):
    transport = httpx.MockTransport(answering)
    patience = Patience(retries=0)
    with Client("http://host", key, http=httpx.Client(transport=transport), patience=patience) as c:
        assert key not in repr(c)
        with pytest.raises(ClientError) as failure:
            c.rank("q", ["a"])

    assert key not in shown(failure.value)


@given(key=SECRETS, odd=ODD, place=st.integers(0, 12))
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(key, odd, place):
    broken = key[:place] + odd + key[place:]
    for made in (Client, Service):
        with pytest.raises(InvalidCallError) as failure:
            made("http://host", broken)
        assert failure.value.field == "key"
        assert key not in shown(failure.value)
        assert key[place:] not in shown(failure.value) or len(key[place:]) < 6


@given(
    password=SECRETS.map(
        lambda text: "".join(c for c in text if c not in "/?#@[]\\") + "pass-word"
    ),
    scheme=st.sampled_from(["http", "https", "ftp", "postgresql+psycopg", ""]),
    host=st.sampled_from(["host", "host:port", "[::1", "127.0.0.1:1", "", "a b"]),
)
def test_a_password_in_the_url_is_refused_and_not_shown(password, scheme, host):
    with pytest.raises(InvalidCallError) as failure:
        Client(f"{scheme}://user:{password}@{host}/v1", "pgr_key")

    assert password not in shown(failure.value)


@pytest.mark.parametrize(
    "url", ["", "host", "ftp://host", "http://", None, 5, "http://h?x=1", "//h"]
)
def test_what_is_no_url_is_refused(url):
    with pytest.raises(InvalidCallError, match="url: must"):
        Client(url, "pgr_key")


def test_a_refused_connection_and_an_unknown_host_do_not_show_the_key(unused_tcp_port):
    for url in (f"http://127.0.0.1:{unused_tcp_port}", "http://no-such-host.invalid"):
        with (
            Client(url, "pgr_secret_key", patience=Patience(retries=0)) as client,
            pytest.raises(UnreachableError) as failure,
        ):
            client.rank("q", ["a"])
        assert "pgr_secret_key" not in shown(failure.value)
        assert not failure.value.was_connected
