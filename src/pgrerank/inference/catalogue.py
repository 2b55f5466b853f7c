"""The packaged models, and models of the hub that are known to run: facts for people who choose."""

from dataclasses import dataclass
from typing import Literal

from pgrerank.inference.model_files import LATE_INTERACTION, PACKAGED
from pgrerank.inference.onnx_models import BGE_SMALL, MS_MARCO
from pgrerank.inference.shipped import BUNDLED

Role = Literal["embedder", "reranker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedModel:
    """A model whose files come with Python packages."""

    name: str
    role: Role
    #: what the weights are published under
    licence: str
    languages: str
    #: nDCG@10 over BM25's list of TREC DL 2021, as `pgrerank rerank-run` prints it; None: no such
    #: figure, since it makes no list
    ndcg: float | None
    #: pairs or passages of 75 tokens per second beside the fastest of its role, about
    cost: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubModel:
    """A model of the Hugging Face hub, downloaded when a setting names it."""

    name: str
    role: Role
    licence: str
    languages: str


PACKAGED_MODELS = (
    PackagedModel(
        name=PACKAGED,
        role="embedder",
        licence="Apache-2.0",
        languages="English",
        ndcg=None,
        cost="6 layers",
    ),
    PackagedModel(
        name=BGE_SMALL.name,
        role="embedder",
        licence="MIT",
        languages="English",
        ndcg=None,
        cost="12 layers",
    ),
    PackagedModel(
        name=LATE_INTERACTION,
        role="reranker",
        licence="Apache-2.0",
        languages="English",
        ndcg=0.623,
        cost="no forward pass over stored token vectors, else 6 layers",
    ),
    PackagedModel(
        name=BUNDLED,
        role="reranker",
        licence="Apache-2.0; learned from data under CC BY-SA",
        languages="English",
        ndcg=0.619,
        cost="6 layers, and late interaction",
    ),
    PackagedModel(
        name=MS_MARCO.name,
        role="reranker",
        licence="Apache-2.0",
        languages="English",
        ndcg=0.665,
        cost="12 layers",
    ),
)
HUB_MODELS = (
    HubModel(name="BAAI/bge-m3", role="embedder", licence="MIT", languages="100 or more"),
    HubModel(name="intfloat/multilingual-e5-small", role="embedder", licence="MIT", languages="94"),
    HubModel(
        name="BAAI/bge-reranker-v2-m3",
        role="reranker",
        licence="Apache-2.0",
        languages="100 or more",
    ),
    HubModel(
        name="Alibaba-NLP/gte-reranker-modernbert-base",
        role="reranker",
        licence="Apache-2.0",
        languages="English",
    ),
    HubModel(
        name="Qwen/Qwen3-Reranker-0.6B",
        role="reranker",
        licence="Apache-2.0",
        languages="100 or more",
    ),
)
