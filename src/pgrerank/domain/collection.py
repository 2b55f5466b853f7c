"""Collections: named sets of documents of a tenant, with how they are indexed."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from pgrerank.domain.errors import ConflictError
from pgrerank.domain.ids import CollectionId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.term import Terms

DEFAULT_TEXT_SEARCH = "english"


class SecondState(StrEnum):
    """What the second set of a collection's vectors is."""

    FILLING = "filling"  # some chunks have none yet
    READY = "ready"  # whole when it was made: a cut over may follow
    FORMER = "former"  # the one from before a cut over, to roll back to


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A set of documents that is searched together."""

    id: CollectionId
    name: str
    #: a text search configuration that Postgres ships, such as `english`
    text_search: str
    #: fingerprint of the embedder its vectors come from
    embedder: str
    #: name of that embedder; empty: not known
    embedder_name: str = ""
    #: length of those vectors; None: not known
    dimensions: int | None = None
    document_count: int
    chunk_count: int
    created_at: datetime
    #: whether its chunks get token vectors, for late interaction without a model's pass
    stores_tokens: bool = False
    #: how its first stage weighs
    retrieval: Retrieval = field(default_factory=Retrieval)
    #: fingerprint of the embedder of a second set of vectors; None: there is none
    second_embedder: str | None = None
    second_state: SecondState | None = None
    #: which of the rerankers that the operator named reads its candidates; None: that of the settings
    reranker: str | None = None
    #: what raises candidates that contain it, with its weight
    terms: Terms = field(default_factory=dict[str, float])

    def under(self, model: ModelCard) -> Self:
        """The collection as this embedder searches it: by its own set of vectors.

        Raises:
            ConflictError: There is none of this embedder, or it is not whole yet.
        """
        if self._has_second(model):
            return self.by(model)
        self.require_embedder(model)
        return self

    def is_searched_by(self, model: ModelCard) -> bool:
        """Whether it has a whole set of vectors of this embedder."""
        return model.fingerprint == self.embedder or self._has_second(model)

    def by(self, model: ModelCard) -> Self:
        """The collection as if this embedder's vectors were all it has."""
        return replace(
            self,
            embedder=model.fingerprint,
            embedder_name=model.name,
            dimensions=model.dimensions,
        )

    def require_embedder(self, model: ModelCard) -> None:
        """Refuse an embedder other than the one the collection's vectors come from.

        Raises:
            ConflictError: Its vectors could not be compared with those that are stored.
        """
        if model.fingerprint != self.embedder:
            raise ConflictError(
                f"Collection `{self.name}` was embedded by the model {self._model()}, but this "
                f"service runs {model.fingerprint[:12]} ({model.name}, {model.precision}). Set "
                "PGRERANK_EMBEDDER and PGRERANK_PRECISION as they were, or move the collection with "
                "`pgrerank reembed`."
            )

    def require_dimensions(self, found: int) -> None:
        """Refuse a vector of another length than those that are stored.

        Raises:
            ConflictError: It could not be compared with them.
        """
        if self.dimensions not in (None, found):
            raise ConflictError(
                f"Collection `{self.name}` holds vectors of {self.dimensions} dimensions by the "
                f"model {self._model()}, and this one has {found}."
            )

    def _has_second(self, model: ModelCard) -> bool:
        is_whole = self.second_state is not SecondState.FILLING
        return is_whole and model.fingerprint == self.second_embedder

    def _model(self) -> str:
        name = f" ({self.embedder_name})" if self.embedder_name else ""
        return f"{self.embedder[:12]}{name}"
