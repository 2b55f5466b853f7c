"""How the first stage of a collection weighs."""

from alembic import op

revision = "0007"
down_revision = "0006"

# Constant defaults are kept in the catalogue: no row is rewritten.
COLUMNS = (
    "k1 double precision not null default 0.9",
    "b double precision not null default 0.4",
    "title_boost double precision not null default 1",
    "fusion text not null default 'rrf' "
    "constraint ck_collection_fusion check (fusion in ('rrf', 'weighted'))",
    "rrf_k integer not null default 60",
    "dense_weight double precision not null default 1",
    "keyword_weight double precision not null default 1",
    "sparse_weight double precision not null default 1",
)


def upgrade() -> None:
    added = ", ".join(f"add column {column}" for column in COLUMNS)
    op.execute(f"alter table pgrerank.collection {added}")


def downgrade() -> None:
    dropped = ", ".join(f"drop column {column.split()[0]}" for column in COLUMNS)
    op.execute(f"alter table pgrerank.collection {dropped}")
