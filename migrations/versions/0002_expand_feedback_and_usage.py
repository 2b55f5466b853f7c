"""Views of the feedback of users, and of usage by API key and user."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0002"
down_revision = "0001"

VIEWS = ("feedback", "usage_daily")


def upgrade() -> None:
    for name in VIEWS:
        sqlfile.apply(f"views/{name}.sql")


def downgrade() -> None:
    for name in reversed(VIEWS):
        op.execute(f"drop view pgrerank_analytics.{name}")
