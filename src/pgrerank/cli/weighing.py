"""Options for the first-stage weights of a collection."""

from collections.abc import Callable
from dataclasses import fields
from functools import reduce
from typing import Any

import click

from pgrerank.domain.retrieval import (
    FUSION_METHODS,
    MAX_K1,
    MAX_RRF_K,
    MAX_WEIGHT,
    Fusion,
    Retrieval,
)

_WEIGHT = click.FloatRange(0, MAX_WEIGHT)
_OPTIONS: tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...] = (
    click.option(
        "--k1", type=click.FloatRange(0, MAX_K1), help="BM25: how slowly repeated words saturate."
    ),
    click.option(
        "--b", type=click.FloatRange(0, 1), help="BM25: strength of length normalisation."
    ),
    click.option(
        "--title-boost", type=_WEIGHT, help="BM25: weight of a word in the title; 1 in the body."
    ),
    click.option(
        "--fusion",
        type=click.Choice([str(name) for name in Fusion]),
        help=f"How the legs are fused. {FUSION_METHODS}",
    ),
    click.option(
        "--rrf-k", type=click.IntRange(1, MAX_RRF_K), help="Constant added to each rank in `rrf`."
    ),
    click.option("--dense-weight", type=_WEIGHT, help="Weight of the dense leg in fusion."),
    click.option("--keyword-weight", type=_WEIGHT, help="Weight of the keyword leg in fusion."),
    click.option("--sparse-weight", type=_WEIGHT, help="Weight of the sparse leg in fusion."),
)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each field of Retrieval to a command, None by default."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(_OPTIONS), command)


def pop_options(options: dict[str, Any]) -> dict[str, Any]:
    """Remove these options from the command's arguments, and return those that are set."""
    settings = {field.name: options.pop(field.name) for field in fields(Retrieval)}
    chosen = {name: value for name, value in settings.items() if value is not None}
    if "fusion" in chosen:
        chosen["fusion"] = Fusion(chosen["fusion"])
    return chosen
