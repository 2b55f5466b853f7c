import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.cli.reading import html, markdown
from pgrerank.cli.reading.row import UnreadableError
from pgrerank.cli.reading.rows import rows
from pgrerank.cli.reading.source import Format, UnknownFormatError, sources
from pgrerank.domain.document import Document
from pgrerank.domain.ingest import Rejection


def read(paths, form=Format.AUTO, max_characters=1000):
    return list(rows(sources([str(path) for path in paths], form), max_characters=max_characters))


def items(paths, **options):
    return [row.item for row in read(paths, **options)]


class TestMarkdown:
    def test_first_heading_is_the_title_and_leaves_the_text(self):
        found = markdown.document("a.md", b"# Key *rotation* `now`\n\nRotate monthly.\n\n## How\n")

        assert (found.title, found.text) == ("Key rotation now", "Rotate monthly.\n\n## How")

    def test_heading_further_down_is_the_title_and_stays(self):
        found = markdown.document("a.md", b"Preface.\n\nTitle\n=====\n\nText.")

        assert (found.title, found.text) == ("Title", "Preface.\n\nTitle\n=====\n\nText.")

    def test_hash_inside_code_is_no_heading(self):
        assert markdown.document("a.md", b"```\n# comment\n```\n").title == ""

    def test_front_matter_gives_title_and_metadata(self):
        data = b"---\ntitle: Keys\ntags: [a, b]\ndate: 2024-05-01\n---\n# Other\n\nText"

        found = markdown.document("a.md", data)

        assert found.title == "Keys"
        assert found.text == "# Other\n\nText"
        assert found.metadata == {"tags": ["a", "b"], "date": str(dt.date(2024, 5, 1))}

    def test_rule_at_the_top_is_no_front_matter(self):
        assert markdown.document("a.md", b"---\n\nText without an end").metadata == {}

    @pytest.mark.parametrize("front", [b"a: [", b"- list", b"? !!python/object:os.system x"])
    def test_bad_front_matter_is_refused(self, front):
        with pytest.raises(UnreadableError, match="front matter"):
            markdown.document("a.md", b"---\n" + front + b"\n---\nText")


class TestHtml:
    def test_page_becomes_markdown_without_what_is_not_seen(self):
        page = b"""<html><head><title>Key
            rotation</title><style>p{}</style></head><body><h1>Keys</h1>
            <p>Rotate <b>monthly</b>.</p><script>alert(1)</script></body></html>"""

        found = html.document("a.html", page)

        assert found.title == "Key rotation"
        assert found.text == "# Keys\n\nRotate **monthly**."

    def test_heading_is_the_title_where_the_page_has_none(self):
        found = html.document("a.html", b"<h1>Keys</h1><p>Rotate.</p>")

        assert (found.title, found.text) == ("Keys", "Rotate.")

    def test_declared_encoding_is_followed(self):
        page = '<meta charset="iso-8859-1"><p>Schlüssel</p>'.encode("iso-8859-1")

        assert html.document("a.html", page).text == "Schlüssel"

    @pytest.mark.parametrize("meta", [b"", b'<meta charset="utf-8">', b'<meta charset="klingon">'])
    def test_other_bytes_are_refused(self, meta):
        with pytest.raises(UnreadableError):
            html.document("a.html", meta + b"<p>\xff</p>")

    def test_absurd_nesting_is_refused(self):
        with pytest.raises(UnreadableError, match="nested"):
            html.document("a.html", b"<div>" * 5_000 + b"x")


class TestFolders:
    def test_folder_is_read_to_its_ends_in_order(self, tmp_path):
        (tmp_path / "b" / "deep").mkdir(parents=True)
        (tmp_path / "b" / "deep" / "n.txt").write_text("note")
        (tmp_path / "a.md").write_text("# A\n\ntext")
        (tmp_path / "c.HTML").write_text("<p>page</p>")
        (tmp_path / "rows.ndjson").write_text('{"id": "r1", "text": "row"}\n')

        found = items([tmp_path])

        assert [document.external_id for document in found] == [
            "a.md",
            "c.HTML",
            "r1",
            "b/deep/n.txt",
        ]
        assert found[-1].title == "n"

    def test_hidden_and_unknown_files_are_left_out(self, tmp_path):
        (tmp_path / ".git").mkdir()
        for name in (".git/a.md", ".hidden.md", "picture.png", "seen.md"):
            (tmp_path / name).write_text("text")

        assert [document.external_id for document in items([tmp_path])] == ["seen.md"]

    def test_beir_folder_gives_its_corpus_only(self, tmp_path):
        (tmp_path / "corpus.jsonl").write_text('{"_id": "d", "text": "t"}\n')
        (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "t"}\n')

        assert [document.external_id for document in items([tmp_path])] == ["d"]

    def test_link_that_leads_nowhere_is_left_out(self, tmp_path):
        (tmp_path / "link.md").symlink_to(tmp_path / "gone.md")

        assert items([tmp_path]) == []

    def test_file_of_unknown_suffix_needs_a_format(self, tmp_path):
        (tmp_path / "notes").write_text("text")

        with pytest.raises(UnknownFormatError, match="--format"):
            sources([str(tmp_path / "notes")])
        assert items([tmp_path / "notes"], form=Format.TEXT)[0].text == "text"


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [(b"\xff\xfe", "not UTF-8"), (b"a\0b", "NUL"), (b" \n", "has no text")],
    )
    def test_bad_file_is_rejected_by_name(self, tmp_path, data, reason):
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "bad.md").write_bytes(data)

        row = read([tmp_path])[0]

        assert isinstance(row.item, Rejection)
        assert (row.source, row.line, row.item.external_id) == ("deep/bad.md", 1, "deep/bad.md")
        assert reason in row.item.reason

    def test_text_over_the_limit_is_rejected(self, tmp_path):
        (tmp_path / "long.txt").write_text("x" * 11)
        (tmp_path / "fits.txt").write_text("x" * 10)

        fits, long = items([tmp_path], max_characters=10)

        assert fits.text == "x" * 10
        assert long.reason == "text: 11 characters are over the limit of 10 characters."

    def test_file_that_cannot_be_opened_is_rejected(self, tmp_path):
        path = tmp_path / "gone.md"
        path.write_text("text")
        found = sources([str(path)])
        path.unlink()

        (row,) = rows(found, max_characters=10)

        assert "cannot be read" in row.item.reason

    def test_repeated_id_keeps_the_last_and_says_so(self, tmp_path):
        path = tmp_path / "c.jsonl"
        path.write_text('{"id":"a","text":"old"}\n{"id":"b","text":"x"}\n{"id":"a","text":"new"}\n')

        found = items([path])

        documents = {item.external_id: item.text for item in found if isinstance(item, Document)}
        rejections = [item for item in found if isinstance(item, Rejection)]
        assert documents == {"a": "new", "b": "x"}
        assert [(r.line, r.external_id, r.reason) for r in rejections] == [
            (1, "a", "replaced by c.jsonl line 3, which has the same id")
        ]


@given(data=st.binary(), reader=st.sampled_from([markdown.document, html.document]))
def test_any_bytes_are_a_document_or_refused(data, reader):
    with suppress(UnreadableError):
        assert "\0" not in reader("x", data).text
