"""The page at /docs shows every call and loads nothing from other servers."""

import re
from html.parser import HTMLParser

import pytest

from pgrerank.api import reference
from tests import fakes
from tests.api.conftest import anonymous, description


class Page(HTMLParser):
    """Ids and references of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.references += [value for name, value in attrs if name in {"href", "src"} and value]


@pytest.fixture
async def text() -> str:
    async with anonymous(fakes.services()) as client:
        answer = await client.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


async def test_it_refers_to_no_other_host_and_runs_no_script(text):
    page = Page(text)
    elsewhere = re.findall(r"(?:https?:)?//[\w.-]+|@import|url\(", text)

    assert elsewhere == []
    assert page.tags & {"script", "img", "iframe", "object", "embed"} == set()
    assert {each[0] for each in page.references if each != "data:,"} == {"#", "/"}


async def test_every_link_within_it_leads_somewhere(text):
    page = Page(text)
    links = {each.removeprefix("#") for each in page.references if each.startswith("#")}

    assert links - set(page.ids) == set()
    assert len(page.ids) == len(set(page.ids))


async def test_every_call_is_on_it(text):
    described = description()
    for path, operations in described["paths"].items():
        for method, call in operations.items():
            assert f'<b class="{method}">{method}</b><span class="path">{path}</span>' in text
            assert f'id="{call["operationId"]}"' in text


def test_descriptions_are_text_whatever_they_hold():
    assert reference.prose("<b> & `<i>`\n\nb") == (
        "<p>&lt;b&gt; &amp; <code>&lt;i&gt;</code></p><p>b</p>"
    )
