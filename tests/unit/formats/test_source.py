"""Which files an ingest reads, under which names and in which formats."""

import pytest

from pgrerank.formats.source import SUFFIXES, Format, UnknownFormatError, sources


@pytest.fixture
def tree(tmp_path):
    """A folder with a file of each known suffix, and one that is not known."""
    (tmp_path / "deep").mkdir()
    for suffix in SUFFIXES:
        (tmp_path / "deep" / f"page{suffix}").write_text("text")
    (tmp_path / "deep" / "image.png").write_bytes(b"\x89PNG")
    return tmp_path


def read(path, file_format=Format.AUTO):
    return sources([str(path)], file_format)


def test_the_suffix_decides_the_format_of_each_file_of_a_folder(tree):
    found = {each.name: each.format for each in read(tree)}

    assert found == {f"deep/page{suffix}": form for suffix, form in SUFFIXES.items()}


def test_a_given_format_holds_for_every_file_but_does_not_add_files(tree):
    found = read(tree, Format.TEXT)

    assert {each.format for each in found} == {Format.TEXT}
    assert not [each for each in found if each.name.endswith(".png")]


def test_a_file_by_its_own_path_is_named_without_its_folder(tree):
    (found,) = read(tree / "deep" / "page.md")

    assert (found.name, found.format, found.size) == ("page.md", Format.MARKDOWN, 4)
    assert found.path == tree / "deep" / "page.md"


def test_suffixes_are_read_in_any_case(tmp_path):
    (tmp_path / "A.MD").write_text("text")

    assert [(each.name, each.format) for each in read(tmp_path)] == [("A.MD", Format.MARKDOWN)]


@pytest.mark.parametrize(
    ("given", "expected"), [(Format.AUTO, Format.JSONL), (Format.HTML, Format.HTML)]
)
def test_standard_input_is_json_lines_unless_another_format_is_given(given, expected):
    (found,) = read("-", given)

    assert (found.name, found.path, found.format, found.size) == ("stdin", None, expected, 0)


def test_paths_are_read_in_the_given_order_and_each_folder_by_name(tree):
    (tree / "z.txt").write_text("text")
    (tree / "a.txt").write_text("text")

    found = sources([str(tree / "z.txt"), str(tree)])

    names = [each.name for each in found]
    assert names[:3] == ["z.txt", "a.txt", "z.txt"]
    assert names[3:] == sorted(names[3:])


@pytest.mark.parametrize("name", ["image.png", "README", ".md"])
def test_a_file_of_an_unknown_suffix_is_refused_with_those_that_are_known(tmp_path, name):
    (tmp_path / name).write_text("text")

    with pytest.raises(UnknownFormatError) as refused:
        read(tmp_path / name)

    assert str(refused.value) == (
        f"{tmp_path / name}: its suffix is none of .jsonl, .ndjson, .md, .markdown, .txt, .text, "
        ".rst, .html, .htm, .xhtml, .pdf, .docx; use --format"
    )


def test_a_folder_is_of_beir_only_with_both_files(tmp_path):
    (tmp_path / "corpus.jsonl").write_text("{}")
    (tmp_path / "notes.txt").write_text("text")
    corpus_alone = [each.name for each in read(tmp_path)]
    (tmp_path / "queries.jsonl").write_text("{}")

    assert corpus_alone == ["corpus.jsonl", "notes.txt"]
    assert [each.name for each in read(tmp_path)] == ["corpus.jsonl"]


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as refused:
        read(tmp_path / "gone.md")

    assert refused.value.filename == str(tmp_path / "gone.md")
