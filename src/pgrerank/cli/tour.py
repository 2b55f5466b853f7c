"""The tour that `pgrerank demo` gives."""

import asyncio
import platform
import re
import shlex
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

from rich.syntax import Syntax

from pgrerank import wiring
from pgrerank.cli import hits, ingest, output
from pgrerank.cli.command import Failed
from pgrerank.client import AsyncClient, ClientError
from pgrerank.client.answers import SearchResponse
from pgrerank.domain.errors import AuthenticationError, ConflictError, NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.tenant import Scope
from pgrerank.formats import stdlib_corpus
from pgrerank.formats.source import Format, sources
from pgrerank.ports.services import Services
from pgrerank.settings import Settings
from pgrerank.storage import admin, demo, embedded, migrate
from pgrerank.storage.embedded import EmbeddedServer
from pgrerank.usecases import access, collections

TENANT = "demo"
COLLECTION = "python"
ANALYST = "demo_analyst"
QUERIES = (
    "parse a date out of a string",
    "run a command and capture its output",
    "find files matching a pattern recursively",
    "remember results of expensive function calls",
    "run something after a delay in another thread",
)
PLACES = 5
_URL = re.compile(r"http://\S+(?=,)")


async def run_tour(settings: Settings, modules: Sequence[str]) -> None:
    """Run the tour over modules of Python, and print each step. Raises the errors of its steps."""
    with embedded.running(settings.data_dir) as server:
        _headline(1, "Postgres", f"embedded, in {settings.data_dir}")
        migrate.upgrade(server.admin_url)
        _headline(2, "Documents", f"{_module_names(modules)} of Python {platform.python_version()}")
        key = await _fill(settings, modules)
        _headline(3, "Searches", "over HTTP, each reranked and logged")
        last = await _search_all(settings, key)
        _headline(4, "The log", f"of the last search, as the login {ANALYST} reads it with SQL")
        await _query_log(server, last)
    _go_on(settings)


def _headline(number: int, what: str, detail: str) -> None:
    output.console().print(f"\n[bold]{number}  {what}[/], {detail}", soft_wrap=True)


def _module_names(modules: Sequence[str]) -> str:
    return "the most used modules" if modules == stdlib_corpus.MODULES else ", ".join(modules)


async def _fill(settings: Settings, modules: Sequence[str]) -> str:
    """Create and ingest what is missing, and return an API key for searching."""
    corpus = stdlib_corpus.harvest_to_file(settings.data_dir / "stdlib.jsonl", modules)
    async with wiring.all_services(settings) as services:
        tenant_id = await _tenant(services)
        await services.collections.create(
            tenant_id, COLLECTION, text_search="english", embedder=services.embedder.model
        )
        if services.late is not None:  # the user's own embedder may produce no token vectors
            await collections.add_tokens(services, tenant_id, COLLECTION)
        place = ingest.Place(services=services, tenant_id=tenant_id, collection=COLLECTION)
        corpus_sources = sources([str(corpus)], Format.JSONL)
        report = await ingest.into(place, corpus_sources, settings.max_document_characters)
        output.console().print(
            f"   {report.created} documents are new, {report.updated} have changed, "
            f"{report.unchanged} are unchanged; {report.chunks} chunks embedded"
        )
        return await _key(services, tenant_id, settings.data_dir / "demo.key")


async def _tenant(services: Services) -> TenantId:
    try:
        tenant = await services.tenants.by_name(TENANT)
    except NotFoundError:
        tenant = await services.tenants.create(TENANT)
    return tenant.id


async def _key(services: Services, tenant_id: TenantId, path: Path) -> str:
    """API key of an earlier tour if it is still valid, otherwise a new one."""
    secret = _read(path)
    try:
        await access.authenticate(services, secret)
    except AuthenticationError:
        _, secret = await access.issue(
            services, tenant_id, f"demo {token_hex(4)}", frozenset({Scope.SEARCH})
        )
        _write_privately(path, secret)
    return secret


def _read(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


def _write_privately(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(f"{secret}\n")


async def _search_all(settings: Settings, key: str) -> str:
    """Send the searches, and return the log id of the last one. Raises Failed if one fails."""
    ranking_id = ""
    async with _service(settings) as url, AsyncClient(url, key, timeout_s=60) as service:
        for query in QUERIES:
            try:
                answer = await service.search(
                    COLLECTION, query, limit=PLACES, rerank="always", explain=True
                )
            except ClientError as error:
                raise Failed(str(error)) from error
            _show(query, answer)
            ranking_id = str(answer.id)
    return ranking_id


@asynccontextmanager
async def _service(settings: Settings) -> AsyncGenerator[str]:
    """Run `pgrerank serve` on a free port, yield its URL, and stop it at the end."""
    command = [sys.executable, "-m", "pgrerank", "--data-dir", str(settings.data_dir)]
    process = await asyncio.create_subprocess_exec(
        *command, "serve", "--port", "0", stderr=asyncio.subprocess.PIPE
    )
    if process.stderr is None:
        raise LookupError("stderr")
    lines: list[str] = []
    url = await _service_url(process.stderr, lines)
    draining = asyncio.create_task(_drain(process.stderr))
    try:
        yield url
    finally:
        process.terminate()
        await process.wait()
        await draining


def _show(query: str, answer: SearchResponse) -> None:
    output.console().print(f"\n[bold]{query}[/]\n", soft_wrap=True)
    hits.show(answer, query)


async def _service_url(stderr: asyncio.StreamReader, lines: list[str]) -> str:
    """URL the service listens on. Raises Failed with its last output if it ends."""
    while line := (await stderr.readline()).decode():
        lines.append(line)
        if found := _URL.search(line):
            return found[0]
    raise Failed(f"the service did not start: {''.join(lines[-5:]).strip()}")


async def _drain(stderr: asyncio.StreamReader) -> None:
    while await stderr.readline():
        continue


async def _query_log(server: EmbeddedServer, ranking_id: str) -> None:
    """Print the statement, and its result for a login that may only read this tenant."""
    await _analyst(server.admin_url)
    found = await demo.head_of_search(server.url(ANALYST), ranking_id)
    output.console().print(Syntax(found.statement, "sql", background_color="default"))
    output.table(found.columns, [[_round(value) for value in row] for row in found.rows])


async def _analyst(admin_url: str) -> None:
    try:
        await admin.add_login(admin_url, ANALYST, admin.LoginKind.ANALYST, tenants=[TENANT])
    except ConflictError:
        await admin.grant(admin_url, ANALYST, TENANT)


def _round(value: object) -> object:
    return f"{value:.3f}" if isinstance(value, float) else value


def _go_on(settings: Settings) -> None:
    command = shlex.join([_program(), "--data-dir", str(settings.data_dir)])
    key = shlex.quote(str(settings.data_dir / "demo.key"))
    body = '{"query": "sort a list of dictionaries by a key", "limit": 3}'
    lines = [
        f"{command} search 'sort a list of dictionaries by a key' -t {TENANT} -c {COLLECTION}",
        f"{command} serve",
        (
            f"curl -s http://127.0.0.1:8080/v1/collections/{COLLECTION}/search "
            f'-H "Authorization: Bearer $(cat {key})" '
            f"-H 'Content-Type: application/json' -d '{body}'"
        ),
    ]
    console = output.console()
    _headline(5, "Go on", "the last command needs the service of the one before")
    for line in lines:
        console.print(f"   {line}", soft_wrap=True, markup=False)
    console.print("   API: http://127.0.0.1:8080/docs, once it serves", soft_wrap=True)


def _program() -> str:
    """Path by which the user called pgrerank, or just its name."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "pgrerank" else "pgrerank"
