"""How `pgrerank ingest` reports on what it stored, and on what it did not."""

import json

import pytest

from pgrerank.cli import ingest
from pgrerank.cli.command import Failed
from pgrerank.cli.ingest_progress import Meter, progress_display
from pgrerank.domain.document import Document
from pgrerank.domain.ingest import IngestReport, Rejection
from pgrerank.formats.row import Row

BAD = Rejection(line=3, reason="has no `text`", external_id="a")
ALL_STORED = IngestReport(created=2, updated=1, unchanged=4, chunks=9)
SOME_STORED = IngestReport(unchanged=1, rejected=(BAD,))
NONE_STORED = IngestReport(rejected=(BAD, BAD))


@pytest.mark.parametrize(
    ("report", "atomic", "code", "said"),
    [
        (ALL_STORED, False, 0, ""),
        (ALL_STORED, True, 0, ""),
        (IngestReport(), False, 0, ""),
        (SOME_STORED, False, 3, "1 row rejected; the other documents are stored"),
        (SOME_STORED, True, 1, "nothing was stored, see the rejected rows"),
        (NONE_STORED, False, 1, "nothing was stored, see the rejected rows"),
    ],
)
def test_the_exit_code_tells_whether_all_some_or_no_documents_are_stored(
    report, atomic, code, said
):
    outcome = (0, "")
    try:
        ingest._judge(report, atomic=atomic)
    except Failed as failure:
        outcome = (failure.exit_code, str(failure))

    assert outcome == (code, said)


@pytest.mark.parametrize(
    ("report", "atomic", "kept"),
    [
        (ALL_STORED, False, "7 documents stored, each whole"),
        (ALL_STORED, True, "Nothing is stored"),
        (NONE_STORED, False, "Nothing is stored"),
    ],
)
def test_an_interruption_says_what_is_kept(report, atomic, kept):
    note = ingest._interruption_note(report, atomic=atomic)

    assert note.startswith(f"interrupted. {kept}. Run the same command again to complete it")


def shown(capsys, report, paragraphs=(), *, as_json=False):
    """What is printed of a report, after documents with these paragraphs were read."""
    meter = Meter(lambda *_: None, 0)
    meter.report = report
    for place, paragraph in enumerate(paragraphs):
        meter.boilerplate.see(Document(external_id=str(place), text=paragraph))
    ingest._print(meter, as_json=as_json, removed=None)
    return capsys.readouterr().out


def test_the_counts_are_a_table(capsys):
    head, row = shown(capsys, ALL_STORED).splitlines()

    assert head.split("  ") == ["created", "updated", "unchanged", "rejected", "chunks embedded"]
    assert row.split() == ["2", "1", "4", "0", "9"]


@pytest.mark.parametrize(("count", "listed"), [(20, 20), (21, 20), (300, 20)])
def test_at_most_twenty_rejected_rows_are_listed_and_the_others_counted(capsys, count, listed):
    rejected = tuple(Rejection(line=n, reason=f"reason-{n}") for n in range(1, count + 1))

    text = shown(capsys, IngestReport(rejected=rejected))
    report = json.loads(shown(capsys, IngestReport(rejected=rejected), as_json=True))

    assert text.count("reason-") == listed
    more = f"... and {count - listed} more; --json lists them all"
    assert (more in text) is (count > listed)
    assert len(report["rejected"]) == count


def test_repeated_text_is_cut_to_a_hundred_characters(capsys):
    text = shown(capsys, ALL_STORED, ["word " * 30] * 6)

    assert f"stands in 6 documents, which makes them look alike: {('word ' * 20)!r}\n" in text


@pytest.mark.parametrize(("names_files", "reason"), [(True, "b.jsonl: bad"), (False, "bad")])
async def test_rows_of_several_files_are_told_apart_by_the_name_of_their_file(names_files, reason):
    document = Document(external_id="d", text="t")
    rows = [
        Row(source="a.md", line=1, item=document, position=1),
        Row(source="b.jsonl", line=2, item=Rejection(line=2, reason="bad"), position=1),
        # A file that is one document is named by its id already.
        Row(
            source="c.md",
            line=1,
            item=Rejection(line=1, reason="bad", external_id="c.md"),
            position=1,
        ),
    ]

    items = [item async for item in ingest.feed(rows, names_files=names_files)]

    assert items[0] is document
    assert [each.reason for each in items[1:]] == [reason, "bad"]


def test_without_a_terminal_progress_is_a_line_at_each_beginning(capsys):
    with progress_display() as show:
        show("loading the models", None)
        show("reading, 1 rows [of it]", 0.25)
        show("reading, 2 rows [of it]", 0.5)
        show("stored; 2 documents stored", 1.0)

    # The others come within ten seconds of the second.
    assert capsys.readouterr().err.splitlines() == [
        "loading the models",
        " 25% reading, 1 rows [of it]",
    ]
