"""Detection of text that many documents of an ingest share: navigation, footers, licences."""

from collections import Counter
from dataclasses import dataclass

from pgrerank.domain.document import Document

_LEAST_WORDS = 3
_LEAST_DOCUMENTS = 5
_MOST_PARAGRAPHS = 50_000  # kept in memory; repeated ones come early
_LONGEST = 2_000  # characters of a paragraph that are compared
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A paragraph, and the number of documents that contain it."""

    text: str
    documents: int


class Boilerplate:
    """Counts the documents that contain each paragraph."""

    def __init__(self) -> None:
        self._documents = 0
        self._counts: Counter[str] = Counter()

    def see(self, document: Document) -> None:
        """Count each distinct paragraph of a document once."""
        self._documents += 1
        for paragraph in {_plain(each) for each in document.text.split("\n\n")}:
            has_room = paragraph in self._counts or len(self._counts) < _MOST_PARAGRAPHS
            if has_room and paragraph.count(" ") >= _LEAST_WORDS - 1:
                self._counts[paragraph] += 1

    def repeated_paragraphs(self) -> list[Repeated]:
        """At most three paragraphs that at least half of the documents contain."""
        least = max(_LEAST_DOCUMENTS, self._documents / 2)
        return [
            Repeated(text=text, documents=count)
            for text, count in self._counts.most_common(_SHOWN)
            if count >= least
        ]


def _plain(paragraph: str) -> str:
    return " ".join(paragraph[:_LONGEST].split())
