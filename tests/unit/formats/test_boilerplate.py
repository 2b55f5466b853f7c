"""Which paragraphs count as repeated by the documents of an ingest."""

import pytest

from pgrerank.domain.document import Document
from pgrerank.formats.boilerplate import Boilerplate


def repeated(texts):
    seen = Boilerplate()
    for number, text in enumerate(texts):
        seen.see(Document(external_id=str(number), text=text))
    return [(each.text, each.documents) for each in seen.repeated_paragraphs()]


def test_a_paragraph_counts_once_for_each_document():
    assert repeated(["All rights reserved.\n\nAll rights reserved."] * 5) == [
        ("All rights reserved.", 5)
    ]


@pytest.mark.parametrize(("with_it", "without"), [(5, 5), (5, 4), (6, 6)])
def test_half_of_the_documents_suffice(with_it, without):
    texts = ["The same footer."] * with_it + [f"Page {n} alone here." for n in range(without)]

    assert repeated(texts) == [("The same footer.", with_it)]


@pytest.mark.parametrize(("with_it", "without"), [(4, 0), (5, 6), (50, 51)])
def test_fewer_than_half_or_than_five_do_not(with_it, without):
    texts = ["The same footer."] * with_it + [f"Page {n} alone here." for n in range(without)]

    assert repeated(texts) == []


def test_one_or_two_words_are_no_boilerplate():
    assert repeated(["Edit page\n\nNext\n\nEdit this page"] * 6) == [("Edit this page", 6)]


def test_only_the_three_most_frequent_are_reported():
    common = [f"Line number {n} of it" for n in range(5)]

    found = repeated(["\n\n".join(common[: 1 + number % 5]) for number in range(20)])

    assert found == [(common[0], 20), (common[1], 16), (common[2], 12)]


def test_long_paragraphs_are_alike_if_their_beginnings_are():
    licence = "word " * 400

    assert repeated([f"{licence} {number}" for number in range(5)]) == [(licence.strip(), 5)]
