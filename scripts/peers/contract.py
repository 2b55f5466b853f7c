"""What every alternative gets and returns."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypedDict

#: returns the ids of the best documents, best first
Search = Callable[[str], list[str]]


class Configuration(TypedDict):
    """What `open_search` of each alternative gets."""

    #: URL of an empty database
    database: str
    #: JSON Lines with `id` and `text`
    documents: str
    #: folder of the bi-encoder, in the format of sentence-transformers
    embedder: str
    #: folder of the cross-encoder, in the format of sentence-transformers
    reranker: str
    #: most tokens of a pair
    length: int
    #: how many candidates are reranked
    depth: int
    #: how many documents a search returns
    limit: int


class Document(NamedTuple):
    """A document to store."""

    name: str
    text: str


def documents(configuration: Configuration) -> list[Document]:
    """The documents to store, in order."""
    rows = map(json.loads, Path(configuration["documents"]).read_text().splitlines())
    return [Document(row["id"], row["text"]) for row in rows]
