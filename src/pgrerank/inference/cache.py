"""Cache of pair scores."""

import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.offload import offload

#: model fingerprint, query, hash of the passage
Key: TypeAlias = tuple[str, str, bytes]


class ScoreCache:
    """LRU cache of scores by model and pair. Thread-safe.

    Args:
        entries: Maximum number of scores; the least recently used is evicted. 0 keeps none.
    """

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._scores: OrderedDict[Key, PairScore] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._scores)

    def get(self, key: Key) -> PairScore | None:
        """Cached score of a pair, or None."""
        with self._lock:
            score = self._scores.get(key)
            if score is not None:
                self._scores.move_to_end(key)
            return score

    def scores(self, keys: Iterable[Key]) -> dict[Key, PairScore]:
        """Scores of those pairs that are cached."""
        return {key: score for key in keys if (score := self.get(key)) is not None}

    async def complete(
        self,
        fingerprint: str,
        query: str,
        passages: Sequence[Passage],
        fresh: Callable[[Sequence[Passage]], Awaitable[Sequence[PairScore]]],
    ) -> list[PairScore]:
        """Score of each passage, in order; missing ones are computed and cached.

        Args:
            fingerprint: Fingerprint of the model.
            query: The query.
            passages: May contain duplicates.
            fresh: Scores the missing passages, without duplicates.
        """
        keys = [(fingerprint, query, passage.content_hash) for passage in passages]
        cached = await offload(partial(self.scores, keys), items=len(keys))
        missing = {
            key: passage for key, passage in zip(keys, passages, strict=True) if key not in cached
        }
        if missing:
            computed = dict(zip(missing, await fresh([*missing.values()]), strict=True))
            await offload(partial(self._keep, computed), items=len(computed))
            cached |= computed
        return [cached[key] for key in keys]

    def _keep(self, scores: Mapping[Key, PairScore]) -> None:
        for key, score in scores.items():
            self.put(key, score)

    def put(self, key: Key, score: PairScore) -> None:
        """Cache a score, unless it has no value: the next attempt may succeed."""
        if score.value is None:
            return
        with self._lock:
            self._scores[key] = score
            self._scores.move_to_end(key)
            while len(self._scores) > self._entries:
                self._scores.popitem(last=False)
