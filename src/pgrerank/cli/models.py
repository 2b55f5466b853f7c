"""pgrerank models."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Commands, Misused, examples, read_settings
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.inference.catalogue import PackagedModel

_COLUMNS = ("name", "role", "licence", "languages", "tokens", "nDCG@10", "cost", "state")
_HUB_COLUMNS = ("name", "role", "licence", "languages", "command")
_VARIABLES = {"embedder": "PGRERANK_EMBEDDER", "reranker": "PGRERANK_RERANKER"}


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog=examples(
        "pgrerank models",
        "pgrerank models --json  # with whole fingerprints",
        "PGRERANK_RERANKER=ms-marco-minilm-l12 pgrerank serve  # use one",
        "pgrerank models fetch BAAI/bge-reranker-v2-m3",
    ),
)
@option.as_json
@click.pass_context
def models(context: click.Context, *, as_json: bool) -> None:
    """List the packaged models, and models of the Hugging Face hub that are known to run.

    `state` is the beginning of the fingerprint on this machine, or what is missing. nDCG@10 is that
    of BM25's first hundred of TREC DL 2021 reranked (BM25: .446). A hub model is downloaded by
    `pgrerank models fetch`, or at the first start that names it.
    """
    if context.invoked_subcommand is None:
        _list(read_settings(context), as_json=as_json)


@models.command(
    epilog=examples(
        "pgrerank models fetch BAAI/bge-reranker-v2-m3",
        "pgrerank models fetch BAAI/bge-m3 --revision main --export /media/stick/bge-m3",
        "pgrerank models fetch --import /media/stick/bge-m3  # on a server without a network",
    ),
)
@click.argument("name", required=False)
@click.option("--revision", help="Branch, tag or commit of its repository. Default: main.")
@click.option(
    "--export",
    "target",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Copy the model into this new folder, too.",
)
@click.option(
    "--import",
    "source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Take the model from a folder that --export wrote.",
)
@option.as_json
def fetch(
    *,
    name: str | None,
    revision: str | None,
    target: Path | None,
    source: Path | None,
    as_json: bool,
) -> None:
    """Download a model of the Hugging Face hub into its cache.

    NAME is its owner and repository. A start that names the model then needs no network. For a
    server that has none, export it to a folder, carry that there, and import it; each file is
    checked. The cache is the hub's own: HF_HOME moves it, HF_TOKEN opens models that need a login.
    """
    from pgrerank.inference import hub_models

    if (name is None) == (source is None):
        raise Misused("name a model, or an exported folder with --import")
    if source is not None and (revision or target):
        raise Misused("--import takes neither --revision nor --export")
    if source is not None:
        model = hub_models.import_folder(source)
    else:
        model = hub_models.fetch(name or "", revision)
        if target is not None:
            hub_models.export(model, target)
    if as_json:
        output.as_json({**asdict(model), "folder": str(model.folder)})
        return
    click.echo(
        f"{model.name} at {model.ref} ({model.commit[:12]}), {model.size_bytes / 1e6:,.1f} MB, "
        f"is in {model.folder}"
    )
    if target is not None:
        click.echo(f"Exported; elsewhere: pgrerank models fetch --import {target}")


def _list(settings: Settings, *, as_json: bool) -> None:
    from pgrerank.inference.catalogue import HUB_MODELS, PACKAGED_MODELS

    packaged = [_row(model, settings) for model in PACKAGED_MODELS]
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
