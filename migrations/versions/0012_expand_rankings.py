"""Rankings of documents that callers bring, in the log; terms that a collection boosts."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0012"
down_revision = "0011"

VIEWS = ("ranking", "ranking_document", "rerank_boost")

# No row is rewritten: new columns are null or have a constant default.
LOG = """
    alter table pgrerank.rerank_log
    -- squawk-ignore ban-drop-not-null
    alter column collection_id drop not null,
    -- squawk-ignore ban-drop-not-null
    alter column collection_name drop not null,
    add column dialect text,
    add column document_hashes bytea[],
    add column document_texts text[],
    add column boosts double precision[]
"""


def upgrade() -> None:
    op.execute(LOG)
    op.execute("alter table pgrerank.tenant add column keep_texts boolean not null default false")
    op.execute("alter table pgrerank.collection add column terms jsonb not null default '{}'")
    for name in VIEWS:
        sqlfile.apply(f"views/{name}.sql")


def downgrade() -> None:
    for name in reversed(VIEWS):
        op.execute(f"drop view pgrerank_analytics.{name}")
    op.execute("alter table pgrerank.collection drop column terms")
    op.execute("alter table pgrerank.tenant drop column keep_texts")
    # Rankings without a collection cannot be kept: the version before knows none.
    op.execute("delete from pgrerank.rerank_log where collection_id is null")
    op.execute("""
        alter table pgrerank.rerank_log
        drop column boosts,
        drop column document_texts,
        drop column document_hashes,
        drop column dialect,
        alter column collection_name set not null,
        alter column collection_id set not null
    """)
