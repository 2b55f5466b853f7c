"""Collections: named sets of documents of a tenant, with their index settings."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self, TypeAlias

from pgrerank.domain.errors import ConflictError
from pgrerank.domain.field_boost import FieldBoost, FieldBoosts
from pgrerank.domain.ids import CollectionId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.term import Terms

DEFAULT_TEXT_SEARCH = "english"
#: fields of a collection that a change may set
SETTINGS = ("retrieval", "reranker", "terms", "field_boosts", "stores_tokens")


class SecondState(StrEnum):
    """State of the second set of a collection's vectors."""

    FILLING = "filling"  # some chunks have no vector yet
    READY = "ready"  # complete when it was finished: a cut-over may follow
    FORMER = "former"  # the set in use before a cut-over, for a rollback


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A set of documents that are searched together."""

    id: CollectionId
    name: str
    #: a text search configuration that Postgres ships, such as `english`
    text_search: str
    #: fingerprint of the embedder of its vectors
    embedder: str
    #: name of that embedder; empty: unknown
    embedder_name: str = ""
    #: length of its vectors; None: unknown
    dimensions: int | None = None
    document_count: int
    chunk_count: int
    created_at: datetime
    #: whether token vectors of its chunks are stored, so that late interaction need not run the
    #: model on them
    stores_tokens: bool = False
    #: settings of its first stage
    retrieval: Retrieval = field(default_factory=Retrieval)
    #: fingerprint of the embedder of a second set of vectors; None: there is none
    second_embedder: str | None = None
    second_state: SecondState | None = None
    #: the operator's name of its reranker; None: the reranker of the settings
    reranker: str | None = None
    #: terms that raise the candidates that contain them, with their weights
    terms: Terms = field(default_factory=dict[str, float])
    #: fields of metadata that raise candidates by their values
    field_boosts: FieldBoosts = field(default_factory=dict[str, FieldBoost])

    def under(self, model: ModelCard) -> Self:
        """The collection with the vectors of this embedder in use.

        Raises:
            ConflictError: There are no vectors of this embedder, or they are incomplete.
        """
        if self._has_second(model):
            return self.by(model)
        self.require_embedder(model)
        return self

    def is_searched_by(self, model: ModelCard) -> bool:
        """Whether it has a complete set of vectors of this embedder."""
        return model.fingerprint == self.embedder or self._has_second(model)

    def by(self, model: ModelCard) -> Self:
        """The collection with this embedder as its only one."""
        return replace(
            self,
            embedder=model.fingerprint,
            embedder_name=model.name,
            dimensions=model.dimensions,
        )

    def apply(self, change: "Change") -> "Collection":
        """The collection after a change of its settings.

        Raises:
            ValueError: The change sets a field that is not one of SETTINGS.
        """
        changed = change(self)
        if replace(self, **{name: getattr(changed, name) for name in SETTINGS}) != changed:
            raise ValueError(f"a change of a collection sets only {', '.join(SETTINGS)}")
        return changed

    def require_embedder(self, model: ModelCard) -> None:
        """Refuse an embedder other than that of the collection's vectors.

        Raises:
            ConflictError: The embedder's vectors are not comparable with those stored.
        """
        if model.fingerprint != self.embedder:
            raise ConflictError(
                f"Collection `{self.name}` was embedded by the model {self._model()}, but this "
                f"service runs {model.fingerprint[:12]} ({model.name}, {model.precision}). Set "
                "PGRERANK_EMBEDDER and PGRERANK_PRECISION as they were, or move the collection with "
                "`pgrerank reembed`."
            )

    def require_dimensions(self, dimensions: int) -> None:
        """Refuse a vector whose length differs from the stored ones.

        Raises:
            ConflictError: The lengths differ.
        """
        if self.dimensions not in (None, dimensions):
            raise ConflictError(
                f"Collection `{self.name}` holds vectors of {self.dimensions} dimensions by the "
                f"model {self._model()}, and this one has {dimensions}."
            )

    def _has_second(self, model: ModelCard) -> bool:
        is_whole = self.second_state is not SecondState.FILLING
        return is_whole and model.fingerprint == self.second_embedder

    def _model(self) -> str:
        name = f" ({self.embedder_name})" if self.embedder_name else ""
        return f"{self.embedder[:12]}{name}"


#: a pure function from a collection to the same collection with other SETTINGS
Change: TypeAlias = Callable[[Collection], Collection]
