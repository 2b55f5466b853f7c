"""How the first stage of a collection weighs; BM25 that skips; a leg of learned sparse weights."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0007"
down_revision = "0006"

# Constant defaults are kept in the catalogue: no row is rewritten.
SETTINGS = (
    "k1 double precision not null default 0.9",
    "b double precision not null default 0.4",
    "title_boost double precision not null default 1",
    (
        "fusion text not null default 'rrf' "
        "constraint ck_collection_fusion check (fusion in ('rrf', 'weighted'))"
    ),
    "rrf_k integer not null default 60",
    "dense_weight double precision not null default 1",
    "keyword_weight double precision not null default 1",
    "sparse_weight double precision not null default 1",
)

TABLES = (
    # Words that many chunks hold: in how many, in shards like those of collection_size. Shard -1
    # has the words that are counted, and their numbers from before, null while they are not known;
    # numbers of all shards are in step with its words.
    """
    create table pgrerank.collection_word (
        tenant_id uuid not null,
        collection_id uuid not null,
        shard smallint not null,
        lexemes text[],
        chunks bigint[] not null,
        constraint pk_collection_word primary key (tenant_id, collection_id, shard),
        constraint fk_collection_word_tenant_id_collection_id_collection
            foreign key (tenant_id, collection_id)
            references pgrerank.collection (tenant_id, id) on delete cascade,
        constraint ck_collection_word_lexemes check ((shard = -1) = (lexemes is not null))
    )
    """,
    """
    create table pgrerank.chunk_weights (
        tenant_id uuid not null,
        collection_id uuid not null,
        chunk_id uuid not null,
        -- Beside their key: a search reads all of a collection.
        weights public.sparsevec(268435456) storage main not null,
        constraint pk_chunk_weights primary key (tenant_id, collection_id, chunk_id),
        constraint fk_chunk_weights_tenant_id_chunk_id_chunk
            foreign key (tenant_id, chunk_id)
            references pgrerank.chunk (tenant_id, id) on delete cascade
    )
    """,
    # Without it each deleted chunk would read its tenant's part of the primary key.
    """
    create index ix_chunk_weights_tenant_id_chunk_id
    on pgrerank.chunk_weights (tenant_id, chunk_id)
    """,
    # The part of term_frequencies that stands in the title; null where there is none.
    """
    alter table pgrerank.chunk
    add column title_frequencies public.sparsevec(268435456)
    """,
    "alter table pgrerank.chunk alter column title_frequencies set storage main",
    """
    alter table pgrerank.rerank_log
    add column sparse_requested integer,
    add column sparse_returned integer,
    add column sparse_scan text,
    add column sparse_ranks smallint[],
    add column sparse_scores real[]
    """,
)

FUNCTIONS = (
    "text_statistics_v1",
    "word_lock_v1",
    "counted_words_v1",
    "collection_word_add_v1",
    "collection_size_chunk_v2",
    "query_terms_v2",
    "any_of_v2",
    "worth_finding_v1",
    "prefix_frequency_v1",
    "lexeme_counts_v1",
    "bm25_v1",
    "keyword_leg_v2",
    "sparse_vector_v1",
    "sparse_leg_v1",
    "fuse_v2",
    "hybrid_candidates_v2",
)

TRIGGERS = (
    ("insert", "new table as new_rows"),
    ("update", "old table as old_rows new table as new_rows"),
    ("delete", "old table as old_rows"),
)

DROPS = (
    """
    alter table pgrerank.rerank_log
    drop column sparse_requested,
    drop column sparse_returned,
    drop column sparse_scan,
    drop column sparse_ranks,
    drop column sparse_scores
    """,
    "alter table pgrerank.chunk drop column title_frequencies",
    "drop table pgrerank.chunk_weights",
    "drop table pgrerank.collection_word",
)


def upgrade() -> None:
    added = ", ".join(f"add column {setting}" for setting in SETTINGS)
    op.execute(f"alter table pgrerank.collection {added}")
    for statement in TABLES:
        op.execute(statement)
    for name in FUNCTIONS:
        sqlfile.apply(f"functions/{name}.sql")
    count_chunks_by("collection_size_chunk_v2")
    sqlfile.apply("policies/collection_word.sql")
    sqlfile.apply("policies/chunk_weights.sql")
    sqlfile.apply("views/rerank_sparse.sql")


def downgrade() -> None:
    op.execute("drop view pgrerank_analytics.rerank_sparse")
    count_chunks_by("collection_size_chunk_v1")
    for name in reversed(FUNCTIONS):
        op.execute(f"drop function pgrerank.{name}")
    for statement in DROPS:
        op.execute(statement)
    dropped = ", ".join(f"drop column {setting.split()[0]}" for setting in SETTINGS)
    op.execute(f"alter table pgrerank.collection {dropped}")


def count_chunks_by(function: str) -> None:
    for event, transition in TRIGGERS:
        op.execute(
            f"""
            create or replace trigger collection_size_{event} after {event} on pgrerank.chunk
            referencing {transition}
            for each statement execute function pgrerank.{function}()
            """
        )
