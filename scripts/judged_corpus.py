"""Labelled collections in a temporary database, searched as users search."""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import msgspec

from pgrerank import wiring
from pgrerank.cli import ingest
from pgrerank.domain.candidate import SearchOutcome
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.formats import beir
from pgrerank.formats.source import Format, sources
from pgrerank.ports.services import Services
from pgrerank.settings import Settings
from pgrerank.usecases.search import search_unlogged

DEPTH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCorpus:
    """A labelled collection that was ingested with token vectors."""

    data: beir.Dataset
    place: ingest.Place

    async def search(self, query: str) -> SearchOutcome:
        """Run one search, always reranked."""
        request = SearchRequest(query=query, depth=DEPTH, rerank=RerankMode.ALWAYS)
        _, outcome = await search_unlogged(
            self.place.services, self.place.tenant_id, self.place.collection, request
        )
        return outcome


@asynccontextmanager
async def temporary_services() -> AsyncGenerator[Services]:
    """Services over an embedded server that is deleted at the end."""
    with tempfile.TemporaryDirectory() as folder:
        settings = msgspec.structs.replace(
            Settings.from_environ(),
            data_dir=Path(folder),
            database_url=None,
            admin_database_url=None,
        )
        async with wiring.all_services(settings) as services:
            yield services


async def ingested(services: Services, folder: Path) -> JudgedCorpus:
    """Ingest the corpus of a folder in BEIR layout into a tenant of its own."""
    data = beir.Dataset(folder=folder)
    tenant = await services.tenants.create(data.name)
    await services.collections.create(
        tenant.id,
        data.name,
        text_search="english",
        embedder=services.embedder.model,
        store_tokens=True,
    )
    place = ingest.Place(services=services, tenant_id=tenant.id, collection=data.name)
    corpus = sources([str(folder / "corpus.jsonl")], Format.JSONL)
    await ingest.into(place, corpus, Settings.from_environ().max_document_characters)
    return JudgedCorpus(data=data, place=place)


def judged(folder: Path, split: str, most: int) -> dict[str, set[str]]:
    """Relevant documents by query id, of a sample of at most `most` queries that have some."""
    grades = beir.qrels(folder / "qrels" / f"{split}.tsv")
    relevant = {
        query: {document for document, grade in of_query.items() if grade > 0}
        for query, of_query in grades.items()
    }
    return sample({query: documents for query, documents in relevant.items() if documents}, most)


def sample(relevant: dict[str, set[str]], most: int) -> dict[str, set[str]]:
    """At most `most` queries, always the same ones."""
    questions = sorted(relevant)
    Random(0).shuffle(questions)  # noqa: S311 - no secret
    return {question: relevant[question] for question in questions[:most]}
