"""Lists of related documents, kept for every document of a collection."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    sqlfile.apply("baseline/enrichment.sql")
    sqlfile.apply("policies/enrichment.sql")
    sqlfile.apply("policies/related_list.sql")
    sqlfile.apply("views/related_document.sql")


def downgrade() -> None:
    op.execute("drop view pgrerank_analytics.related_document")
    op.execute("drop table pgrerank.related_list, pgrerank.enrichment")
