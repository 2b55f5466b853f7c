"""pgrerank mcp."""

import asyncio

import click

from pgrerank.cli import option
from pgrerank.cli.command import Command, Misused, examples, read_settings

_NEAR = "http://127.0.0.1:8080"


@click.command(
    cls=Command,
    epilog=examples(
        "PGRERANK_KEY=pgr_... pgrerank mcp --collection docs",
        "PGRERANK_KEY=pgr_... pgrerank mcp --url https://search.example.org",
    ),
)
@click.option("--url", metavar="URL", help="URL of the service. Default: PGRERANK_URL.")
@click.option(
    "--collection",
    "-c",
    envvar=option.COLLECTION,
    metavar="NAME",
    help=f"Collection to search if the assistant names none. Default: {option.COLLECTION}.",
)
@click.pass_context
def mcp(context: click.Context, *, url: str | None, collection: str | None) -> None:
    """Run a Model Context Protocol server for assistants on standard input and output.

    It offers the tools search, rerank, explain and collections, which call a running service with
    the API key in PGRERANK_KEY. Assistants start this command themselves.
    """
    settings = read_settings(context)
    if settings.key is None:
        raise Misused("set PGRERANK_KEY to an API key with the scope `search`")
    asyncio.run(_serve(url or settings.url or _NEAR, settings.key, collection))


async def _serve(url: str, key: str, collection: str | None) -> None:
    from pgrerank.client import AsyncClient, InvalidCallError
    from pgrerank.integrations.mcp import server

    try:
        client = AsyncClient(url, key)
    except InvalidCallError as error:
        raise Misused(str(error)) from None
    async with client as service:
        await server(service, collection).run_stdio_async()
