"""How far an index looks for the nearest grows with a collection, and less is read under a filter."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0016"
down_revision = "0015"

FUNCTIONS = ("nearest_of_large_v3", "dense_leg_v4", "hybrid_candidates_v4")


def upgrade() -> None:
    for name in FUNCTIONS:
        sqlfile.apply(f"functions/{name}.sql")


def downgrade() -> None:
    for name in reversed(FUNCTIONS):
        op.execute(f"drop function pgrerank.{name}")
