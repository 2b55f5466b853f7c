"""The keyword leg beside another implementation of BM25, over the same lexemes of real texts."""

import json
import os
import re
from pathlib import Path

import bm25s
import numpy as np
import pytest

from pgrerank.domain.request import Strategy
from pgrerank.storage import words
from tests.fixtures.collections import embedded

DATA = Path(os.environ.get("PGRERANK_DATA", Path(__file__).parents[3] / "shared" / "data"))
SETS = ["cranfield", "cacm", "npl", "dbpedia-entity-mini", "msmarco-v2-dl21"]
QUERIES = 40
BATCH = 500
LEXEMES = """
    select d.external_id, array(
        select l.lexeme from unnest(c.tsv) as l, generate_series(1, cardinality(l.positions))
    )
    from pgrerank.chunk as c
    join pgrerank.document as d using (tenant_id)
    where d.id = c.document_id and c.collection_id = %s
    order by c.id
"""
ASKED = """
    select array(
        select l.lexeme from unnest(to_tsvector('english', %s)) as l,
            generate_series(1, cardinality(l.positions))
    )
"""


def lines(path):
    with path.open() as file:
        return [json.loads(line) for line in file]


def required(name):
    folder = DATA / "dev" / name
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{folder} is not there; PGRERANK_DATA says where the collections are")
        pytest.skip(f"{folder} is not there")
    return folder


async def filled(new_shelf, folder):
    shelf = await new_shelf()
    documents = [
        embedded(row["_id"], row["text"], title=row.get("title") or "")
        for row in lines(folder / "corpus.jsonl")
    ]
    for start in range(0, len(documents), BATCH):
        await shelf.store(*documents[start : start + BATCH])
    return shelf


def reference(texts):
    """Scores of all texts by bm25s, shape (texts,); 0 where no lexeme of the query is in it."""
    index = bm25s.BM25(method="lucene", k1=0.9, b=0.4, dtype="float64")
    index.index(texts, show_progress=False)
    return lambda asked: np.asarray(index.get_scores(asked)) if asked else np.zeros(len(texts))


@pytest.mark.data
@pytest.mark.parametrize("name", SETS)
async def test_first_hundred_are_those_of_a_reference(new_shelf, database, name):
    folder = required(name)
    shelf = await filled(new_shelf, folder)
    queries = [re.sub(r'["*-]', " ", row["text"]) for row in lines(folder / "queries.jsonl")]
    with database.admin() as admin:
        rows = admin.execute(LEXEMES, [shelf.collection.id]).fetchall()
        asked = [admin.execute(ASKED, [query]).fetchone()[0] for query in queries[:QUERIES]]
    ids, texts = zip(*rows, strict=True)
    scores_of = reference(texts)

    for share in (None, 0.02):
        if share is not None:
            await words.count_words(database.admin_url, at_least=1_000, share=share)
        for query, lexemes in zip(queries[:QUERIES], asked, strict=True):
            found = (await shelf.retrieve(query, Strategy.KEYWORD, candidates=100)).candidates
            scores = scores_of(lexemes)
            best = np.sort(scores[scores > 0])[::-1][:100]
            by_id = dict(zip(ids, scores, strict=True))

            assert [each.keyword_score for each in found] == pytest.approx(best, rel=1e-5)
            assert [by_id[each.external_id] for each in found] == pytest.approx(best, rel=1e-5)
