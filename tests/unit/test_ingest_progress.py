"""Progress messages of an ingest without a terminal."""

from pgrerank.cli.ingest_progress import Meter
from pgrerank.domain.document import Document
from pgrerank.domain.ingest import IngestReport, Rejection
from pgrerank.formats.boilerplate import Boilerplate
from pgrerank.formats.row import Row


def row(number, source="a", position=10):
    item = Document(external_id=str(number), text="t")
    return Row(source=source, line=number, item=item, position=position)


def test_every_step_is_told_with_the_part_that_is_done():
    told = []
    seconds = iter(range(100))
    meter = Meter(lambda *each: told.append(each), 40, elapsed=lambda: float(next(seconds)))

    meter.loading()
    list(meter.track([row(1), row(2, position=20), row(3, source="b", position=10)]))
    meter.embedding(256, 700)
    meter.note_stored(
        IngestReport(created=3, chunks=700, rejected=(Rejection(line=1, reason="r"),))
    )

    assert [part for _, part in told] == [None, 0.25, 0.5, 0.75, 0.75, 0.75]
    assert told[0][0] == "loading the models"
    assert told[1][0].startswith("reading, 1 rows; 0 documents stored")
    assert told[-2][0].startswith("embedding, 256 of 700 chunks at hand")
    assert "3 documents stored, 1 rejected, 140 chunks/s" in told[-1][0]


def test_size_that_is_not_known_gives_no_part():
    told = []
    meter = Meter(lambda *each: told.append(each), 0)

    list(meter.track([row(1)]))

    assert told[0][1] is None


def test_paragraph_of_half_of_the_documents_is_found():
    seen = Boilerplate()
    for number in range(10):
        footer = "All rights  are\nreserved." if number % 2 else "No more to say."
        seen.see(Document(external_id=str(number), text=f"Text number {number} here\n\n{footer}"))

    assert [(each.text, each.documents) for each in seen.repeated_paragraphs()] == [
        ("No more to say.", 5),
        ("All rights are reserved.", 5),
    ]


def test_few_documents_have_no_boilerplate():
    seen = Boilerplate()
    for number in range(3):
        seen.see(Document(external_id=str(number), text="The same words again."))

    assert seen.repeated_paragraphs() == []
