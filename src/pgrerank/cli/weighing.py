"""Options for how the first stage of a collection weighs."""

from collections.abc import Callable
from dataclasses import fields
from functools import reduce
from typing import Any

import click

from pgrerank.domain.retrieval import MAX_K1, MAX_RRF_K, MAX_WEIGHT, Fusion, Retrieval

_WEIGHT = click.FloatRange(0, MAX_WEIGHT)
_OPTIONS: tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...] = (
    click.option(
        "--k1", type=click.FloatRange(0, MAX_K1), help="BM25: how slowly repetitions stop to add."
    ),
    click.option(
        "--b", type=click.FloatRange(0, 1), help="BM25: how much length counts against a chunk."
    ),
    click.option(
        "--title-boost", type=_WEIGHT, help="BM25: what a word in the title counts; 1 in the body."
    ),
    click.option(
        "--fusion",
        type=click.Choice([str(name) for name in Fusion]),
        help="By ranks, or by scores scaled in each leg.",
    ),
    click.option("--rrf-k", type=click.IntRange(1, MAX_RRF_K), help="Added to ranks in fusion."),
    click.option("--dense-weight", type=_WEIGHT, help="What the dense leg weighs in fusion."),
    click.option("--keyword-weight", type=_WEIGHT, help="What the keyword leg weighs in fusion."),
    click.option("--sparse-weight", type=_WEIGHT, help="What the sparse leg weighs in fusion."),
)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an option for each field of Retrieval; None where it is not given."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(_OPTIONS), command)


def pop_options(given: dict[str, Any]) -> dict[str, Any]:
    """Take those that were given out of a command's options: fields of Retrieval with values."""
    found = {field.name: given.pop(field.name) for field in fields(Retrieval)}
    chosen = {name: value for name, value in found.items() if value is not None}
    if "fusion" in chosen:
        chosen["fusion"] = Fusion(chosen["fusion"])
    return chosen
