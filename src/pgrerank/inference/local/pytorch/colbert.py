"""Late interaction with a trained multi-vector checkpoint (ColBERT, PyLate)."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

from sentence_transformers import MultiVectorEncoder

from pgrerank.domain.errors import ModelError
from pgrerank.domain.model import ModelKind, ScoreKind
from pgrerank.domain.offload import in_thread
from pgrerank.domain.vector import unit
from pgrerank.inference.local.late_interaction import maxsim
from pgrerank.inference.local.loaded import MAX_LENGTH, LoadedModel, model_card
from pgrerank.inference.local.pytorch.device import device, dtype, floats
from pgrerank.inference.local.scorer import PairJobs
from pgrerank.inference.model_files import Files
from pgrerank.inference.precision import Machine, Precision, route
from pgrerank.inference.scheduler.engine import Engine
from pgrerank.inference.scheduler.request import Job, Priority
from pgrerank.inference.tokens import Tokens, TokenSequence
from pgrerank.inference.vectors import Floats

TEMPLATE = "colbert/1"  # part of the fingerprint: change it when the score changes
#: model types of sentence-transformers and PyLate; Stanford's checkpoints have their own file
_MARKS = frozenset({"ColBERT", "MultiVectorEncoder"})
_STANFORD = "artifact.metadata"

Side: TypeAlias = Literal["query", "document"]


@dataclass(frozen=True, slots=True)
class ColbertText(TokenSequence):
    """A text whose tokens are only counted here; the library tokenizes it and marks its side."""

    words: str
    side: Side


class ColbertBackend:
    """Runs a checkpoint. A row has the unit vectors of a text's tokens that count."""

    parallel = 1

    def __init__(self, model: MultiVectorEncoder) -> None:
        self._encode: dict[Side, Any] = {
            "query": model.encode_query,
            "document": model.encode_document,
        }

    def forward(self, batch: Sequence[TokenSequence]) -> list[Floats]:
        """Run a batch, queries and documents separately."""
        rows: dict[int, Floats] = {}
        texts = [each for each in batch if isinstance(each, ColbertText)]
        for side, encode in self._encode.items():
            places = [place for place, text in enumerate(texts) if text.side == side]
            words = [texts[place].words for place in places]
            vectors = encode(words, batch_size=len(words), show_progress_bar=False) if words else []
            rows |= zip(places, (unit(floats(row)) for row in vectors), strict=True)
        return [rows[place] for place in range(len(texts))]


class ColbertPairing:
    """MaxSim, as in `late_interaction`; a passage that is too long is truncated."""

    def __init__(self, engine: Engine[Floats], tokens: Tokens) -> None:
        self._engine = engine
        self._tokens = tokens

    def unknown_share(self, query: str) -> float:
        """Share of the query, as far as it is read, that the tokenizer does not know, 0..1."""
        return self._tokens.unknown_share(query)

    async def pairs(
        self, query: str, texts: Sequence[str], deadline: float | None
    ) -> Sequence[PairJobs[Floats]] | None:
        """One pair per text, in order; None if the query was not encoded before the deadline."""
        counts = await in_thread(partial(self._tokens.counts, [query, *texts]), items=len(texts))
        most = self._tokens.max_length
        query_text, *read = [
            text(words, "query" if place == 0 else "document", min(counts[place], most))
            for place, words in enumerate([query, *texts])
        ]
        job = Job(query_text, _itself)
        (tokens,) = await self._engine.run([job], priority=Priority.QUERY, deadline=deadline)
        if tokens is None:
            return None
        compared = partial(maxsim, tokens)
        return [
            PairJobs([Job(each, compared)], count > most)
            for each, count in zip(read, counts[1:], strict=True)
        ]


def text(words: str, side: Side, count: int) -> ColbertText:
    """A text of `count` tokens."""
    length = max(count, 1)
    return ColbertText([0] * length, [0] * length, slice(0, length), words, side)


def is_one(model_files: Files) -> bool:
    """Whether a folder is marked as a multi-vector model."""
    if (model_files.folder / _STANFORD).exists():
        return True
    path = model_files.folder / "config_sentence_transformers.json"
    if not path.exists():
        return False
    return json.loads(path.read_text(encoding="utf-8")).get("model_type") in _MARKS


def load(
    files: Files, precision: Precision, max_length: int | None, machine: Machine
) -> LoadedModel[Floats]:
    """Open a multi-vector checkpoint of sentence-transformers, PyLate or Stanford's ColBERT.

    Raises:
        ModelError: sentence-transformers does not open it.
    """
    plan = route(precision, "it is a multi-vector model", machine)
    try:
        model = MultiVectorEncoder(str(files.folder), device=str(device()), trust_remote_code=False)
        tokenizer: Any = model.tokenizer
        longest = min(max_length or MAX_LENGTH, model.max_seq_length or MAX_LENGTH)
        tokens = Tokens(tokenizer.backend_tokenizer, longest)
        model.to(dtype(plan)).eval()
        backend = ColbertBackend(model)
        backend.forward([text("warm", "query", 1), text("warm", "document", 1)])
    except Exception as error:
        raise ModelError(files.name, f"sentence-transformers does not open it: {error}") from error
    card = model_card(
        ModelKind.RERANKER, files, plan, longest, TEMPLATE, score_kind=ScoreKind.MAXSIM
    )
    return LoadedModel(card, backend, tokens)


def _itself(row: Floats) -> Floats:
    return row
