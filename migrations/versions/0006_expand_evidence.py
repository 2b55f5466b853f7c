"""What an order went by, where the reranker was one witness of several."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("alter table pgrerank.rerank_log add column evidence double precision[]")
    sqlfile.apply("views/rerank_evidence.sql")


def downgrade() -> None:
    op.execute("drop view pgrerank_analytics.rerank_evidence")
    op.execute("alter table pgrerank.rerank_log drop column evidence")
