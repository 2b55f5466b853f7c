"""Dialects by their names in the backends file."""

from collections.abc import Mapping

from pgrerank.inference.remote.dialects import (
    cohere,
    infinity,
    jina,
    nim,
    openai,
    sie,
    tei,
    vllm,
    voyage,
)
from pgrerank.inference.remote.dialects.dialect import EmbedDialect, RerankDialect

#: not a dialect of rerankers: a language model that orders passages, see remote/listwise.py
LISTWISE = "rankgpt"
#: the dialect of judges: chat completions, see remote/judge.py
CHAT = "openai"
RERANK: Mapping[str, RerankDialect] = {
    "cohere": cohere.RERANK,
    "infinity": infinity.RERANK,
    "jina": jina.RERANK,
    "nim": nim.RERANK,
    "sie": sie.RERANK,
    "tei": tei.RERANK,
    "vllm": vllm.RERANK,
    "voyage": voyage.RERANK,
}
#: dialects of rerankers that can be told an instruction
INSTRUCTED = (LISTWISE, *(name for name, each in RERANK.items() if each.instruct is not None))
EMBED: Mapping[str, EmbedDialect] = {
    "cohere": cohere.EMBED,
    "infinity": infinity.EMBED,
    "jina": jina.EMBED,
    "nim": nim.EMBED,
    "openai": openai.EMBED,
    "sie": sie.EMBED,
    "tei": tei.EMBED,
    "vllm": vllm.EMBED,
    "voyage": voyage.EMBED,
}
