"""Searches of large collections under a filter, and of new ones before there are statistics."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0015"
down_revision = "0014"

FUNCTIONS = (
    "nearest_of_large_v2",
    "dense_leg_v3",
    "bm25_v2",
    "keyword_leg_v3",
    "hybrid_candidates_v3",
)


def upgrade() -> None:
    for name in FUNCTIONS:
        sqlfile.apply(f"functions/{name}.sql")


def downgrade() -> None:
    for name in reversed(FUNCTIONS):
        op.execute(f"drop function pgrerank.{name}")
