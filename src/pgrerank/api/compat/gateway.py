"""The gateway through which all dialects rank and embed."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from litestar.di import NamedDependency
from litestar.params import HeaderParameter, SkipValidation

from pgrerank.api import forms
from pgrerank.api.call import Call, TheCall
from pgrerank.api.compat.errors import EMPTY
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.model import ModelCard
from pgrerank.domain.offload import in_thread, items, offload
from pgrerank.domain.rerank import MAX_DOCUMENTS, RerankOutcome, RerankRequest, SuppliedDocument
from pgrerank.domain.spans import SpanSettings
from pgrerank.domain.structured import readables
from pgrerank.domain.vector import Vector
from pgrerank.ports.embedder import Embedder
from pgrerank.usecases import rerank as use_case

#: word in the ids of rerankers; llama-stack recognizes rerankers in a list of models by it
MARK = "rerank"
#: most texts in one embedding request, as at OpenAI
MAX_INPUTS = 2048

Collection = Annotated[
    str | None,
    HeaderParameter(
        name="X-Pgrerank-Collection",
        pattern=forms.NAME,
        description="Name of the collection whose calibration, terms and reranker apply to a "
        "ranking. Unset: the tenant's calibration and the default reranker.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The call and the collection of a request, with the operations of all dialects."""

    call: Call
    #: name of the collection whose calibration, terms and reranker apply; None: the tenant's
    #: calibration and the default reranker
    collection: str | None = None

    async def rank(
        self,
        dialect: str,
        query: str,
        documents: Sequence[Any],
        *,
        model: str | None = None,
        limit: int | None = None,
        truncate: bool = True,
        rank_fields: Sequence[str] | None = None,
        spans: SpanSettings | None = None,
        documents_name: str = "documents",
    ) -> RerankOutcome:
        """Rank supplied documents, strings or objects.

        `documents_name` is the dialect's name of the field with the documents.

        Raises:
            InvalidRequestError: There are no documents, the query is blank, or similar.
            TooLargeError: The query is too long, or there are too many documents.
            NotFoundError: The tenant has no collection of that name.
        """
        _check(len(query), self.call.limits.query_characters, "query", "characters")
        if not documents:
            raise InvalidRequestError(documents_name, EMPTY)
        _check(len(documents), MAX_DOCUMENTS, documents_name, "documents")
        with _rename_documents(documents_name):
            supplied = await offload(
                lambda: tuple(map(SuppliedDocument, readables(documents, rank_fields))),
                items=items(documents),
            )
            request = RerankRequest(
                query=query,
                documents=supplied,
                limit=limit and min(limit, len(supplied)),
                truncate=truncate,
                model=self.reranker(model),
                collection=self.collection,
                dialect=dialect,
                spans=spans,
                key_id=self.call.caller.key_id,
            )
        ranked = await use_case.rerank(self.call.services, self.call.tenant_id, request)
        self.call.observer.record_ranking(request, ranked)
        return ranked

    def reranker(self, model: str | None) -> str | None:
        """The configured name of the requested reranker; None: the default.

        Clients must name a model, and many can name only models of their vendor. Therefore any
        unknown name selects the default. The response names the model that ran.
        """
        names = {identifier(name): name for name in self.call.services.rerankers}
        return names.get(identifier(model)) if model else None

    def rerankers(self) -> list[tuple[str, ModelCard]]:
        """Ids and model cards of the rerankers that a caller may name, the default first."""
        models = [(name, scorer.model) for name, scorer in self.call.services.rerankers.items()]
        default = self.call.services.scorer.model
        return [(identifier(name), card) for name, card in [(default.name, default), *models]]

    def embedders(self) -> list[tuple[str, ModelCard]]:
        """Ids and model cards of the embedders that a caller may name, the default first."""
        models = [(name, embedder.model) for name, embedder in self.call.services.embedders.items()]
        default = self.call.services.embedder.model
        return [(default.name, default), *models]

    def embedder(self, model: str | None) -> Embedder:
        """The requested embedder. Any unknown name selects the default."""
        return self.call.services.embedders.get(model or "", self.call.services.embedder)

    async def embed(
        self,
        texts: Sequence[str],
        *,
        model: str | None = None,
        field: str = "input",
        as_queries: bool = False,
    ) -> Sequence[Vector]:
        """Unit vectors of texts, in the order of the texts.

        Raises:
            InvalidRequestError: There are no texts.
            TooLargeError: There are more than 2,048 texts.
        """
        if not texts:
            raise InvalidRequestError(field, EMPTY)
        _check(len(texts), MAX_INPUTS, field, "texts")
        embedder = self.embedder(model)
        if as_queries:
            return [await embedder.query(text) for text in texts]
        return await embedder.passages(texts, tenant_id=self.call.tenant_id)

    async def tokens(self, texts: Sequence[str], model: str | None = None) -> int:
        """Number of tokens that an embedder reads of these texts."""
        embedder = self.embedder(model)

        def counted() -> int:
            counts = (sum(c.token_count for c in embedder.chunks("", text)) for text in texts)
            return sum(min(count, embedder.model.max_length) for count in counts)

        return await in_thread(counted, items=len(texts))


def identifier(name: str) -> str:
    """The id of a reranker for clients. It always contains `rerank`."""
    return name if MARK in name.lower() else f"{MARK}-{name}"


def provide(call: TheCall, collection: Collection = None) -> Gateway:
    """The gateway of a request; a Litestar dependency."""
    return Gateway(call=call, collection=collection)


@contextmanager
def _rename_documents(documents: str) -> Generator[None]:
    """Replace `documents` in errors by the dialect's field name."""
    try:
        yield
    except InvalidRequestError as error:
        name, bracket, rest = error.field.partition("[")
        if name != "documents":
            raise
        raise InvalidRequestError(f"{documents}{bracket}{rest}", error.problem) from error


def _check(size: int, limit: int, field: str, unit: str) -> None:
    if size > limit:
        raise TooLargeError(field, size=size, limit=limit, unit=unit)


TheGateway: TypeAlias = NamedDependency[SkipValidation[Gateway]]
