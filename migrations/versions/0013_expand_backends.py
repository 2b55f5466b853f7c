"""Collections that name the reranker of their searches."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("alter table pgrerank.collection add column reranker text")


def downgrade() -> None:
    op.execute("alter table pgrerank.collection drop column reranker")
