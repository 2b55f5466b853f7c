"""What keeps one document from crowding the results, and what stands around a result."""

from typing import Annotated

from litestar.params import QueryParameter
from msgspec import Meta

from pgrerank.domain.request import MAX_PER_DOCUMENT
from pgrerank.domain.window import MAX_NEIGHBOURS, MAX_WINDOWS

PerDocument = Annotated[
    Annotated[int, Meta(ge=1, le=MAX_PER_DOCUMENT)] | None,
    Meta(
        description="Maximum number of results of one document: its best chunks. The others are "
        "cut, also from later pages. Default: no maximum.",
        examples=[1],
    ),
]
Diversity = Annotated[
    float,
    Meta(
        ge=0,
        le=1,
        description="Weight of novelty against relevance (MMR): a result that is similar to one "
        "before it moves back. 0: by relevance alone. Results of one document keep their order.",
        examples=[0.3],
    ),
]
Neighbours = Annotated[
    int,
    Meta(
        ge=0,
        le=MAX_NEIGHBOURS,
        description="Chunks before and after each result in its document to include as `window`.",
        examples=[1],
    ),
]
NeighboursOfPage = Annotated[
    int,
    QueryParameter(
        ge=0,
        le=MAX_NEIGHBOURS,
        description="Chunks before and after each result in its document to include as `window`.",
    ),
]
WindowOrNull = Annotated[
    str | None,
    Meta(
        description="The content with that of the `neighbours` before and after it, as one text. "
        f"Null: not requested, or not among the first {MAX_WINDOWS} of the answer."
    ),
]
