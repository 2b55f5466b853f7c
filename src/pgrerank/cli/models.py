"""pgrerank models."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Command, examples, read_settings
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.inference.catalogue import PackagedModel

_COLUMNS = ("name", "role", "licence", "languages", "tokens", "nDCG@10", "cost", "state")
_HUB_COLUMNS = ("name", "role", "licence", "languages", "command")
_VARIABLES = {"embedder": "PGRERANK_EMBEDDER", "reranker": "PGRERANK_RERANKER"}


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank models",
        "pgrerank models --json  # with whole fingerprints",
        "PGRERANK_RERANKER=ms-marco-minilm-l12 pgrerank serve  # use one",
    ),
)
@option.as_json
@click.pass_context
def models(context: click.Context, *, as_json: bool) -> None:
    """List the packaged models, and models of the Hugging Face hub that are known to run.

    `state` is the beginning of the fingerprint on this machine, or what is missing. nDCG@10 is that
    of BM25's first hundred of TREC DL 2021 reranked (BM25: .446). A hub model is downloaded at the
    first start that names it.
    """
    from pgrerank.inference.catalogue import HUB_MODELS, PACKAGED_MODELS

    given = read_settings(context)
    packaged = [_row(model, given) for model in PACKAGED_MODELS]
    hub = [
        {**asdict(model), "command": f"{_VARIABLES[model.role]}={model.name} pgrerank serve"}
        for model in HUB_MODELS
    ]
    if as_json:
        output.as_json({"packaged": packaged, "hub": hub})
        return
    rows = [[*(each[column] for column in _COLUMNS[:-1]), _state(each)] for each in packaged]
    output.table(_COLUMNS, rows, title="Packaged")
    output.table(_HUB_COLUMNS, [[each[c] for c in _HUB_COLUMNS] for each in hub], title="Hub")


def _row(model: "PackagedModel", given: Settings) -> Mapping[str, Any]:
    from pgrerank.domain.errors import ModelError
    from pgrerank.inference.local import registry

    tokens = fingerprint = problem = None
    try:
        card = registry.packaged_card(model.name, given.precision)
        tokens, fingerprint = card.max_length, card.fingerprint
    except ModelError as error:
        problem = str(error)
    return {
        "name": model.name,
        "role": model.role,
        "licence": model.licence,
        "languages": model.languages,
        "tokens": tokens,
        "nDCG@10": model.ndcg,
        "cost": model.cost,
        "fingerprint": fingerprint,
        "problem": problem,
    }


def _state(model: Mapping[str, Any]) -> str:
    return model["problem"] or str(model["fingerprint"])[:12]
