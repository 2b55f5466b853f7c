import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgrerank.domain.document import Document
from pgrerank.domain.errors import PgrerankError, TooLargeError
from pgrerank.domain.ingest import Rejection
from pgrerank.formats import pdf, word
from pgrerank.formats.row import UnreadableRowError
from pgrerank.formats.rows import rows
from pgrerank.formats.source import sources
from tests.fixtures import office_files
from tests.fixtures.office_files import docx, encrypted_pdf, package, paragraph

MOST = 100_000
#: a number of each page, so that text is found again
PAGES = st.lists(st.integers(0, 10**6).map("page of {}".format), min_size=1, max_size=5)


def read(folder, most=MOST):
    return [row.item for row in rows(sources([str(folder)]), max_characters=most)]


class TestPdf:
    @given(PAGES)
    @settings(deadline=None, max_examples=20)
    def test_pages_are_read_in_order_with_a_blank_line_between(self, pages):
        found = pdf.document("a.pdf", office_files.pdf(*pages), MOST)

        assert (found.text, found.metadata["pages"]) == ("\n\n".join(pages), len(pages))

    def test_properties_give_title_and_author(self):
        data = office_files.pdf("Rotate it.", title="Key rotation", author="Ana B")

        found = pdf.document("a.pdf", data, MOST)

        assert (found.title, found.metadata) == ("Key rotation", {"author": "Ana B", "pages": 1})

    @pytest.mark.parametrize("title", [None, "untitled", "Microsoft Word - a.doc", "thesis.tex"])
    def test_file_without_a_title_is_called_by_its_name(self, title):
        assert pdf.document("in/keys.pdf", office_files.pdf("x", title=title), MOST).title == "keys"

    def test_page_without_text_is_counted_and_leaves_no_gap(self):
        found = pdf.document("a.pdf", office_files.pdf("one", "", "three"), MOST)

        assert (found.text, found.metadata["pages"]) == ("one\n\nthree", 3)

    def test_file_of_pictures_is_refused(self):
        with pytest.raises(UnreadableRowError, match="has no text: none of its 2 pages"):
            pdf.document("a.pdf", office_files.pdf("", ""), MOST)

    @pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
    def test_password_is_refused_unless_it_is_empty(self, algorithm):
        closed = encrypted_pdf("secret", password="sesame", algorithm=algorithm)
        opened = encrypted_pdf("not secret", password="", algorithm=algorithm)

        assert pdf.document("a.pdf", opened, MOST).text == "not secret"
        with pytest.raises(UnreadableRowError, match="is encrypted: save it without a password"):
            pdf.document("a.pdf", closed, MOST)

    def test_bomb_is_refused(self):
        bomb = office_files.pdf_of_streams(b"(x) Tj " * 30_000_000)

        with pytest.raises(UnreadableRowError, match="unpacks to more"):
            pdf.document("a.pdf", bomb, MOST)

    def test_reading_ends_where_the_text_is_too_long(self):
        with pytest.raises(TooLargeError, match=r"text: 1[0-9] characters .* limit of 9"):
            pdf.document("a.pdf", office_files.pdf("ten letter", "b" * 1000), 9)

    def test_reading_ends_after_its_time(self):
        with pytest.raises(UnreadableRowError, match="takes too long"):
            pdf.document("a.pdf", office_files.pdf("text"), MOST, seconds=-1.0)

    @given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
    @settings(deadline=None, max_examples=50)
    def test_changed_bytes_are_read_or_refused_in_words(self, place, noise):
        data = bytearray(encrypted_pdf("text", password=""))
        place %= len(data)
        data[place : place + len(noise)] = noise
        with suppress(UnreadableRowError, PgrerankError):
            pdf.document("a.pdf", bytes(data), MOST)

    @pytest.mark.parametrize(
        "data", [b"", b"%PDF-1.7\n", b"not a PDF", b"%PDF-1.7\n" + b"[" * 99999]
    )
    def test_broken_file_is_refused(self, data):
        with pytest.raises(UnreadableRowError, match=r"is not a readable PDF file|has no pages"):
            pdf.document("a.pdf", data, MOST)


class TestWord:
    def test_headings_lists_and_tables_become_markdown(self):
        cells = "".join(f"<w:tc>{paragraph(name)}</w:tc>" for name in ("key", "days"))
        body = (
            paragraph("Keys", "Title")
            + paragraph("How", "Heading2")
            + paragraph("Rotate it &amp; log it.")
            + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
        )

        found = word.document("a.docx", docx(body))

        assert found.title == "Keys"
        assert found.text.startswith("## How\n\nRotate it & log it.\n\n| ")
        assert "| key | days |" in found.text

    def test_file_without_a_heading_is_called_by_its_name(self):
        assert word.document("in/keys.docx", docx(paragraph("Rotate."))).title == "keys"

    def test_file_without_text_is_refused(self):
        with pytest.raises(UnreadableRowError, match="has no text"):
            word.document("a.docx", docx("<w:p/>"))

    @pytest.mark.parametrize(
        ("content", "reason"),
        [("EncryptedPackage", "is encrypted"), ("WordDocument", r"an old \.doc file")],
    )
    def test_compound_file_is_refused_by_what_it_is(self, content, reason):
        data = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512) + content.encode("utf-16-le")

        with pytest.raises(UnreadableRowError, match=reason):
            word.document("a.docx", data)

    @pytest.mark.parametrize(
        "data",
        [
            *(b"", b"PK\x03\x04", b"text", package({"a.xml": "<a/>"})),
            package({"word/document.xml": "<w:document"}),
            package({"word/document.xml": b"\xff\xfe\xfd"}),
        ],
    )
    def test_broken_file_is_refused(self, data):
        with pytest.raises(UnreadableRowError, match="is not a readable Word file"):
            word.document("a.docx", data)

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (" " * word.MAX_XML_BYTES, "unpacks to more than 67108864 bytes"),
            ("<w:p/>" * (word.MAX_MARKS + 1), "more than 1500000 tags"),
            ("<w:p>" * 5_000 + "</w:p>" * 5_000, "nested too deeply"),
        ],
        ids=["large", "many", "deep"],
    )
    def test_bomb_is_refused(self, body, reason):
        with pytest.raises(UnreadableRowError, match=reason):
            word.document("a.docx", docx(body))

    def test_bomb_under_another_name_is_refused(self):
        relation = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="a" Target="a.png" Type="http://schemas.openxmlformats.org/'
            'officeDocument/2006/relationships/officeDocument"/></Relationships>'
        )
        parts = {"_rels/.rels": relation, "a.png": "<a>" + " " * word.MAX_XML_BYTES + "</a>"}

        with pytest.raises(UnreadableRowError, match="unpacks to more"):
            word.document("a.docx", package(parts))

    def test_entities_that_multiply_are_refused(self):
        entities = "".join(
            f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10)
        )
        document = f'<!DOCTYPE a [<!ENTITY e0 "lol">{entities}]><a>&e9;</a>'

        with pytest.raises(UnreadableRowError, match="is not a readable Word file"):
            word.document("a.docx", package({"word/document.xml": document}))

    @given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
    @settings(deadline=None, max_examples=50)
    def test_changed_bytes_are_read_or_refused_in_words(self, place, noise):
        data = bytearray(docx(paragraph("text")))
        place %= len(data)
        data[place : place + len(noise)] = noise
        with suppress(UnreadableRowError, PgrerankError):
            word.document("a.docx", bytes(data))


def test_bad_files_of_a_folder_are_named_and_the_others_are_read(tmp_path):
    files = {
        "closed.pdf": encrypted_pdf("x", password="sesame"),
        "good.pdf": office_files.pdf("Rotate the key."),
        "good.docx": docx(paragraph("Oil the car.")),
        "note.txt": b"A note.",
        "scan.pdf": office_files.pdf(""),
        "torn.docx": docx(paragraph("x"))[:40],
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)

    found = read(tmp_path)

    assert [item.external_id for item in found] == sorted(files)
    assert [item.text for item in found if isinstance(item, Document)] == [
        "Oil the car.",
        "Rotate the key.",
        "A note.",
    ]
    refused = {item.external_id: item.reason for item in found if isinstance(item, Rejection)}
    assert "is encrypted" in refused["closed.pdf"]
    assert refused["scan.pdf"] == "has no text: its page has no text that can be read"
    assert "is not a readable Word file" in refused["torn.docx"]


@pytest.mark.parametrize(("name", "library"), [("a.pdf", "pypdf"), ("a.docx", "mammoth")])
def test_missing_extra_is_named_with_its_command(tmp_path, name, library):
    code = (
        "import sys\n"
        f"sys.modules[{library!r}] = None\n"
        "from pgrerank.formats.rows import rows\n"
        "from pgrerank.formats.source import sources\n"
        f"print(*[row.item.reason for row in rows(sources([{str(tmp_path)!r}]), max_characters=9)])"
    )
    (tmp_path / name).write_bytes(b"x")

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout == f"needs {library}: pip install 'pgrerank[documents]'\n"


def test_large_file_is_refused_before_it_is_parsed(tmp_path):
    with (tmp_path / "a.pdf").open("wb") as stream:
        stream.truncate(256 * 1024 * 1024 + 1)

    assert read(tmp_path)[0].reason == "the file is larger than 268435456 bytes"
