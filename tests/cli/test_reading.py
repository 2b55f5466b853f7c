import datetime as dt
import os
import socket
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.document import Document
from pgrerank.domain.ingest import Rejection
from pgrerank.formats import html, markdown
from pgrerank.formats.row import UnreadableRowError
from pgrerank.formats.rows import rows
from pgrerank.formats.source import Format, UnknownFormatError, sources


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

    def test_values_of_yaml_become_what_json_holds(self):
        front = (
            "s: !!set {b, a}\nb: !!binary aGk=\nt: 2001-12-14T21:59:43Z\n2001-01-01: x\n~: y\n1: z"
        )

        found = markdown.document("a.md", f"---\n{front}\n---\nText".encode()).metadata

        assert found == {
            "s": ["a", "b"],
            "b": "aGk=",
            "t": "2001-12-14T21:59:43Z",
            "2001-01-01": "x",
            "null": "y",
            "1": "z",
        }

    @pytest.mark.parametrize("title", ["", "null", "[a, b]", "' '"])
    def test_title_that_is_none_leaves_it_to_the_heading(self, title):
        assert (
            markdown.document("a.md", f"---\ntitle: {title}\n---\n# H\n\nx".encode()).title == "H"
        )

    def test_overlong_heading_is_no_title_and_stays(self):
        text = f"# {'long ' * 500}\n\nText".strip()

        found = markdown.document("a.md", text.encode())

        assert (found.title, found.text) == ("", text)

    def test_overlong_title_opens_the_text(self):
        title = "long " * 500

        found = markdown.document("a.md", f"---\ntitle: {title}\n---\nText".encode())

        assert (found.title, found.text) == ("", f"{title.strip()}\n\nText")

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
    def test_lines_end_as_they_may(self, end):
        data = end.join(["---", "a: 1", "---", "# T\x0b\u2028", "", "one", "two"])

        found = markdown.document("a.md", data.encode())

        assert (found.metadata, found.text) == ({"a": 1}, "one\ntwo")

    def test_rule_at_the_top_is_no_front_matter(self):
        assert markdown.document("a.md", b"---\n\nText without an end").metadata == {}

    @pytest.mark.parametrize("front", [b"a: [", b"- list", b"? !!python/object:os.system x"])
    def test_bad_front_matter_is_refused(self, front):
        with pytest.raises(UnreadableRowError, match="front matter"):
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

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
    def test_byte_order_mark_is_followed(self, encoding):
        page = "<title>Ä</title><p>ü".encode(encoding)

        found = html.document("a.html", page)

        assert (found.title, found.text) == ("Ä", "ü")

    @pytest.mark.parametrize(
        "page",
        ["<![foo", "<!", "<!DOCTYPE [", "<?", "<a <b>", "<![CDATA[", "&#xffffffff;", "<!-- -- >"],
    )
    def test_broken_markup_is_read_as_far_as_it_goes(self, page):
        assert "word" in html.document("a.html", f"<p>word</p>{page}".encode()).text

    def test_overlong_title_opens_the_text(self):
        page = f"<title>{'x' * 3000}</title><p>y"

        found = html.document("a.html", page.encode())

        assert (found.title, found.text) == ("", "x" * 3000 + "\n\ny")

    def test_declared_encoding_is_followed(self):
        page = '<meta charset="iso-8859-1"><p>Schlüssel</p>'.encode("iso-8859-1")

        assert html.document("a.html", page).text == "Schlüssel"

    @pytest.mark.parametrize("meta", [b"", b'<meta charset="utf-8">', b'<meta charset="klingon">'])
    def test_other_bytes_are_refused(self, meta):
        with pytest.raises(UnreadableRowError):
            html.document("a.html", meta + b"<p>\xff</p>")

    def test_absurd_nesting_is_refused(self):
        with pytest.raises(UnreadableRowError, match="nested"):
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


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        (
            "CMAKE_BUILD_TYPE\n----------------\n\nSpecifies it.",
            "CMAKE_BUILD_TYPE",
            "Specifies it.",
        ),
        ("=====\nTitle\n=====\n\nText.", "Title", "Text."),
        ("CMAKE_BUILD_TYPE\n~~~~~~~~~~~~~~~~", "CMAKE_BUILD_TYPE", ""),
        ("No heading.\n\nText.", "page", "No heading.\n\nText."),
    ],
)
@pytest.mark.parametrize("suffix", ["rst", "txt"])
def test_underlined_heading_that_opens_a_text_file_is_its_title(
    tmp_path, suffix, text, title, rest
):
    (tmp_path / f"page.{suffix}").write_text(text)

    (found,) = items([tmp_path])

    assert (found.title, found.text) == (title, rest)


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"caf\xe9", "not UTF-8: byte 0xe9 at position 4"),
            (b"\xff\xfea\0b", "not UTF-16"),
            (b"a\0b", "NUL"),
            (b" \n", "has no text"),
            (b"", "has no text"),
            (b"\xef\xbb\xbf", "has no text"),
            (b"---\nratio: .nan\n---\nx", "metadata.ratio: must be a finite number"),
            (b"---\nratio: -.inf\n---\nx", "metadata.ratio: must be a finite number"),
            (b'---\na: "\\u0000"\n---\nx', "metadata: must not contain the NUL"),
            (b'---\na: "\\ud800"\n---\nx', "metadata: cannot be stored"),
            (b'---\ntitle: "\\ud800"\n---\nx', "title: cannot be stored"),
            (b"---\na: " + b"1" * 5000 + b"\n---\nx", "the front matter is not YAML"),
            (b"---\na: &a [*a]\n---\nx", "an anchor holds itself"),
            (b"---\na: " + b"[" * 500 + b"]" * 500 + b"\n---\nx", "levels deep"),
            (b"---\n" + b"# c\n" * 70_000 + b"---\nx", "over the limit of 262144"),
        ],
    )
    def test_bad_file_is_rejected_by_name(self, tmp_path, data, reason):
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "bad.md").write_bytes(data)

        row = read([tmp_path])[0]

        assert isinstance(row.item, Rejection)
        assert (row.source, row.line, row.item.external_id) == ("deep/bad.md", 1, "deep/bad.md")
        assert reason in row.item.reason

    @pytest.mark.parametrize("repeat", ["[{}]", "{{<<: [{}]}}"])
    def test_anchors_that_repeat_without_end_are_refused(self, repeat):
        first = "[x, y]" if repeat == "[{}]" else "{x: 1, y: 2}"
        lines = [f"a0: &a0 {first}"]
        for level in range(1, 40):
            names = ", ".join([f"*a{level - 1}"] * 9)
            lines.append(f"a{level}: &a{level} {repeat.format(names)}")
        data = "---\n" + "\n".join(lines) + "\n---\nText"

        with pytest.raises(UnreadableRowError, match="more than 10000 values"):
            markdown.document("a.md", data.encode())

    def test_name_of_other_bytes_is_rejected_and_can_be_printed(self, tmp_path):
        (tmp_path / "seen.md").write_text("text")
        (tmp_path / os.fsdecode(b"caf\xe9.md")).write_text("text")

        bad, good = items([tmp_path])

        assert good.external_id == "seen.md"
        assert bad.external_id == "caf\\xe9.md"
        assert "not UTF-8" in bad.reason
        assert bad.external_id.encode()

    def test_path_that_is_too_long_for_an_id_is_rejected(self, tmp_path):
        folder = tmp_path.joinpath(*["d" * 200] * 3)
        folder.mkdir(parents=True)
        (folder / "a.md").write_text("text")

        (bad,) = items([tmp_path])

        assert bad.reason == "id: must have 1 to 512 characters"
        assert bad.external_id.startswith("ddd")

    def test_pipes_and_sockets_and_loops_of_a_folder_are_left_out(self, tmp_path):
        os.mkfifo(tmp_path / "pipe.md")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(tmp_path / "socket.md"))
        (tmp_path / "loop").symlink_to(tmp_path)
        (tmp_path / "itself.md").symlink_to(tmp_path / "itself.md")
        (tmp_path / "seen.md").write_text("text")

        assert [document.external_id for document in items([tmp_path])] == ["seen.md"]

    def test_large_file_is_rejected_before_it_is_parsed(self, tmp_path):
        (tmp_path / "a.md").write_bytes(b"> " * 1_000_000)
        with (tmp_path / "b.html").open("wb") as stream:
            stream.truncate(50 * 1024 * 1024)

        markdown_file, html_file = items([tmp_path])

        assert markdown_file.reason == "the file is larger than 1000 characters can be"
        assert html_file.reason == "the file is larger than 33554432 bytes"

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
    with suppress(UnreadableRowError):
        assert "\0" not in reader("x", data).text
