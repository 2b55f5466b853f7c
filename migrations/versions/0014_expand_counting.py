"""Chunks and their frequent words are counted in less time, and come to the same."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0014"
down_revision = "0013"

FUNCTIONS = (
    "counted_lexemes_v1",
    "text_statistics_v2",
    "collection_word_add_v2",
    "collection_size_chunk_v3",
)

TRIGGERS = (
    ("insert", "new table as new_rows"),
    ("update", "old table as old_rows new table as new_rows"),
    ("delete", "old table as old_rows"),
)


def upgrade() -> None:
    for name in FUNCTIONS:
        sqlfile.apply(f"functions/{name}.sql")
    count_chunks_by("collection_size_chunk_v3")


def downgrade() -> None:
    count_chunks_by("collection_size_chunk_v2")
    for name in reversed(FUNCTIONS):
        op.execute(f"drop function pgrerank.{name}")


def count_chunks_by(function: str) -> None:
    for event, transition in TRIGGERS:
        op.execute(
            f"""
            create or replace trigger collection_size_{event} after {event} on pgrerank.chunk
            referencing {transition}
            for each statement execute function pgrerank.{function}()
            """
        )
