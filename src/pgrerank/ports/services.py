"""The services of a use case: an implementation of each port."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

from pgrerank.domain import suggestion
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import ConflictError, InvalidRequestError
from pgrerank.ports.calibrations import Calibrations
from pgrerank.ports.candidates import Candidates
from pgrerank.ports.clock import Clock
from pgrerank.ports.collections import Collections
from pgrerank.ports.documents import Documents
from pgrerank.ports.embedder import Embedder
from pgrerank.ports.embeddings import Embeddings
from pgrerank.ports.evaluations import Evaluations
from pgrerank.ports.history import History
from pgrerank.ports.judge import PassageJudge
from pgrerank.ports.judgments import Judgments
from pgrerank.ports.keys import Keys
from pgrerank.ports.rankings import Rankings
from pgrerank.ports.references import References
from pgrerank.ports.related import RelatedDocuments
from pgrerank.ports.reports import Reports
from pgrerank.ports.scorer import LateInteraction, Scorer
from pgrerank.ports.spans import SpanScorer
from pgrerank.ports.tenants import Tenants
from pgrerank.ports.thresholds import Thresholds
from pgrerank.ports.token_vectors import TokenVectors

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminServices:
    """The ports that need no model, for administration."""

    clock: Clock
    rankings: Rankings
    collections: Collections
    documents: Documents
    judgments: Judgments
    calibrations: Calibrations
    thresholds: Thresholds
    evaluations: Evaluations
    reports: Reports
    references: References
    related: RelatedDocuments
    tokens: TokenVectors
    embeddings: Embeddings
    keys: Keys
    tenants: Tenants


@dataclass(frozen=True, slots=True, kw_only=True)
class Services(AdminServices):
    """All ports."""

    embedder: Embedder
    scorer: Scorer
    #: reads stored token vectors; None if there is no model that makes them
    late: LateInteraction | None
    #: finds the sentences of results; None if there is no packaged encoder
    spans: SpanScorer | None
    candidates: Candidates
    history: History
    #: additional rerankers, by the names that the operator gave them
    rerankers: Mapping[str, Scorer] = field(default_factory=dict[str, Scorer])
    #: additional embedders, by the names that the operator gave them
    embedders: Mapping[str, Embedder] = field(default_factory=dict[str, Embedder])
    #: language models that grade passages, by the names that the operator gave them
    judges: Mapping[str, PassageJudge] = field(default_factory=dict[str, PassageJudge])

    #: whether `scorer` and `embedder` serve every collection, whatever models it names: for
    #: comparing rerankers
    fixed_models: bool = False

    def for_collection(self, collection: Collection) -> Self:
        """The services with the reranker and the embedder of this collection.

        Raises:
            ConflictError: The collection names a reranker that does not exist any more.
        """
        if self.fixed_models:
            return self
        scorer, embedder = self._reranker_of(collection), self.embedder_of(collection)
        return replace(self, scorer=scorer, embedder=embedder)

    def for_ingest(self, collection: Collection) -> Self:
        """As `for_collection`, with the embedder of the vectors in use, if the service has it.

        That of searches may be another, if the collection has a second set of vectors.
        """
        services = self.for_collection(collection)
        embedders = [self.embedder, *self.embedders.values()]
        own = (each for each in embedders if each.model.fingerprint == collection.embedder)
        return replace(services, embedder=next(own, services.embedder))

    def _reranker_of(self, collection: Collection) -> Scorer:
        if collection.reranker is None or collection.reranker in self.rerankers:
            return self.reranker(collection.reranker)
        raise ConflictError(
            f"Collection `{collection.name}` is reranked by `{collection.reranker}`, which this "
            "service does not have. Set another reranker, or none, for it."
        )

    def reranker(self, name: str | None) -> Scorer:
        """The reranker of this name; None: the reranker of the settings.

        Raises:
            InvalidRequestError: There is no reranker of this name.
        """
        return self.scorer if name is None else require_named("reranker", name, self.rerankers)

    def embedder_named(self, name: str | None) -> Embedder:
        """The embedder of this name; None: the embedder of the settings.

        Raises:
            InvalidRequestError: There is no embedder of this name.
        """
        return self.embedder if name is None else require_named("embedder", name, self.embedders)

    def embedder_of(self, collection: Collection) -> Embedder:
        """The embedder that can search a collection; if there are two, that of the settings.

        If none can, that of the settings, which `Collection.under` then refuses.
        """
        embedders = [self.embedder, *self.embedders.values()]
        fit = (each for each in embedders if collection.is_searched_by(each.model))
        return next(fit, self.embedder)


def require_named(kind: str, name: str, by_name: Mapping[str, Value]) -> Value:
    """The model of this name among those that the operator named.

    Raises:
        InvalidRequestError: There is none of this name; lists known names.
    """
    if name in by_name:
        return by_name[name]
    raise InvalidRequestError(
        kind,
        f"there is no {kind} named `{name}`. "
        + (suggestion.remedy(name, by_name) or f"This service has no {kind} with a name."),
    )
