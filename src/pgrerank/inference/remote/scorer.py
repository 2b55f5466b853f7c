"""The Scorer port on another server."""

import asyncio
import math
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard, ScoreKind
from pgrerank.inference.cache import ScoreCache
from pgrerank.inference.remote.backend import RerankerBackend
from pgrerank.inference.remote.batches import each, in_order, portions
from pgrerank.inference.remote.dialects.dialect import RerankDialect
from pgrerank.inference.remote.transport import Server

_UNSCORED = PairScore(value=None)


class RemoteScorer:
    """Scores lists on a server, in requests of limited size. Cached scores are not requested.

    Args:
        model: Identity of the reranker.
        server: The server.
        dialect: Its request and response format.
        backend: Its settings.
        cache: Cache of scores.
        batch: Maximum documents per request.
    """

    def __init__(
        self,
        model: ModelCard,
        server: Server,
        dialect: RerankDialect,
        backend: RerankerBackend,
        cache: ScoreCache,
        *,
        batch: int,
    ) -> None:
        self._model = model
        self._server = server
        self._dialect = dialect
        self._backend = backend
        self._cache = cache
        self._batch = batch
        self._path = backend.path or dialect.path.replace("{model}", quote(backend.model))

    @property
    def model(self) -> ModelCard:
        """Identity of the reranker."""
        return self._model

    async def score(
        self,
        query: str,
        passages: Sequence[Passage],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> list[PairScore]:
        """Score each passage against the query, in order. See ports.scorer.Scorer.

        Raises:
            RemoteError: A request failed; the scores of those that succeeded are cached.
        """
        del tenant_id
        keys = [(self._model.fingerprint, query, passage.content_hash) for passage in passages]
        cached = self._cache.scores(keys)
        heads = keys[: self._backend.max_documents]
        unknown = {key: each.text for key, each in zip(heads, passages, strict=False)}
        missing = [key for key in unknown if key not in cached]
        texts = [unknown[key] for key in missing]

        async def scored(portion: range) -> list[PairScore]:
            part = [texts[place] for place in portion]
            values = await self._in_time(query, part, deadline)
            for place, score in zip(portion, values, strict=True):
                self._cache.put(missing[place], score)
            return values

        fresh = await each(self._portions(texts), scored, at_once=self._backend.concurrency)
        cached.update(zip(missing, fresh, strict=True))
        return [cached.get(key, _UNSCORED) for key in keys]

    def unknown_share(self, query: str) -> float:
        """0, since the tokenizer is on the server. See ports.scorer.Scorer."""
        del query
        return 0.0

    def _portions(self, texts: Sequence[str]) -> list[range]:
        sizes = [len(text) for text in texts]
        return [*portions(sizes, most=self._batch, largest=self._backend.batch_characters)]

    async def _in_time(
        self, query: str, texts: Sequence[str], deadline: float | None
    ) -> list[PairScore]:
        try:
            async with asyncio.timeout(self._server.remaining(deadline)):
                return await self._score(query, texts, deadline)
        except TimeoutError:
            return [_UNSCORED] * len(texts)

    async def _score(
        self, query: str, texts: Sequence[str], deadline: float | None
    ) -> list[PairScore]:
        kind = self._model.score_kind or ScoreKind.LOGIT
        body = self._dialect.body(self._backend.model, query, texts, kind=kind)
        if self._dialect.instruct is not None and self._backend.instruction:
            body = self._dialect.instruct(body, self._backend.instruction)
        answer = await self._server.post(self._path, body, deadline=deadline)
        try:
            placed = self._dialect.scores(answer)
        except msgspec.ValidationError as error:
            raise self._server.failure("gave an answer that holds no scores") from error
        scores = in_order(placed, len(texts))
        if scores is None:
            raise self._server.failure(
                f"gave {len(placed)} scores that do not match {len(texts)} documents"
            )
        return [*map(_finite, scores)]


def _finite(value: float | None) -> PairScore:
    return _UNSCORED if value is None or not math.isfinite(value) else PairScore(value=value)
