"""Retrieval by two legs and their fusion; views of the rerank log for analysts."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0002"
down_revision = "0001"

FUNCTIONS = (
    "lexeme_index_v1",
    "lexeme_count_v1",
    "term_frequencies_v1",
    "any_of_v1",
    "query_words_v1",
    "query_restriction_v1",
    "query_terms_v1",
    "keyword_leg_v1",
    "embedding_index_v1",
    "nearest_exact_v1",
    "nearest_indexed_v1",
    "dense_leg_v1",
    "fuse_v1",
    "hybrid_candidates_v1",
)

VIEWS = (
    "rerank_log",
    "rerank_candidate",
    "latency_daily",
    "rerank_effect_daily",
)


def upgrade() -> None:
    # Beside its row, not in TOAST: BM25 reads one for every chunk that the index finds.
    op.execute("alter table pgrerank.chunk alter column term_frequencies set storage main")
    for name in FUNCTIONS:
        sqlfile.apply(f"functions/{name}.sql")
    sqlfile.apply("functions/kendall_tau_v1.sql")
    for name in VIEWS:
        sqlfile.apply(f"views/{name}.sql")


def downgrade() -> None:
    for name in reversed(VIEWS):
        op.execute(f"drop view pgrerank_analytics.{name}")
    op.execute("drop function pgrerank_analytics.kendall_tau_v1")
    for name in reversed(FUNCTIONS):
        op.execute(f"drop function pgrerank.{name}")
    op.execute("alter table pgrerank.chunk alter column term_frequencies set storage extended")
