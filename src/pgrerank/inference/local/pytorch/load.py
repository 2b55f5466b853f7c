"""Loads models from a folder or the hub, according to their kind."""
# pyright: reportUnknownMemberType=false

from collections.abc import Callable
from typing import Any

from sentence_transformers import CrossEncoder, SentenceTransformer

from pgrerank.domain.model import ModelKind, ScoreKind
from pgrerank.inference.local import bi_encoder, cross_encoder
from pgrerank.inference.local.cross_encoder import CrossPairing
from pgrerank.inference.local.encoder import EncodedRow
from pgrerank.inference.local.loaded import LoadedModel, model_card
from pgrerank.inference.local.pytorch import backend, checkpoint, colbert, yes_no
from pgrerank.inference.local.pytorch.colbert import ColbertPairing
from pgrerank.inference.local.scorer import Pairing
from pgrerank.inference.model_files import Files
from pgrerank.inference.precision import Machine, Precision, route
from pgrerank.inference.scheduler.engine import Engine


def load_embedder(
    files: Files, precision: Precision, max_length: int | None, machine: Machine, *, threads: int
) -> LoadedModel[EncodedRow]:
    """Load a bi-encoder.

    Raises:
        ModelError: sentence-transformers does not open it, or it is not supported.
    """
    module = checkpoint.open_checkpoint(SentenceTransformer, files)
    checkpoint.check_bi_encoder(files.name, module)
    tokens = checkpoint.token_reader(files.name, module, max_length)
    plan = route(precision, backend.encoder_unsupported_reason(module), machine)
    card = model_card(
        ModelKind.EMBEDDER,
        files,
        plan,
        tokens.max_length,
        bi_encoder.TEMPLATE,
        dimensions=module.get_embedding_dimension(),
    )
    encoder = backend.encoder(module, tokens, plan, threads=threads)
    return LoadedModel(card, encoder, tokens, checkpoint.prompts(module))


def load_reranker(
    files: Files, precision: Precision, max_length: int | None, machine: Machine, *, threads: int
) -> tuple[LoadedModel[Any], Callable[[Engine[Any]], Pairing[Any]]]:
    """Load a reranker, with the factory of its pairing for an engine.

    Raises:
        ModelError: No library opens it, or it is not supported.
    """
    if colbert.is_one(files):
        late = colbert.load(files, precision, max_length, machine)
        return late, lambda engine: ColbertPairing(engine, late.tokens)
    if yes_no.is_one(files):
        answering = yes_no.load(files, precision, max_length, machine)
        answering.check_runs(files.name)
        return answering, lambda _: yes_no.pairing(answering.tokens)
    cross = _load_cross_encoder(files, precision, max_length, machine, threads=threads)
    cross.check_runs(files.name)
    return cross, lambda _: CrossPairing(cross.tokens)


def _load_cross_encoder(
    files: Files, precision: Precision, max_length: int | None, machine: Machine, *, threads: int
) -> LoadedModel[float]:
    module = checkpoint.open_checkpoint(CrossEncoder, files)
    checkpoint.check_cross_encoder(files.name, module)
    tokens = checkpoint.token_reader(files.name, module, max_length)
    plan = route(precision, backend.classifier_unsupported_reason(module), machine)
    card = model_card(
        ModelKind.RERANKER,
        files,
        plan,
        tokens.max_length,
        cross_encoder.TEMPLATE,
        score_kind=ScoreKind.LOGIT,
    )
    return LoadedModel(card, backend.classifier(module, tokens, plan, threads=threads), tokens)
