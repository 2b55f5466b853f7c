"""How many pairs a second a tenant may have reranked."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # Without a default, so that no row is rewritten; null: the default of the service holds.
    op.execute(
        "alter table pgrerank.tenant add column pairs_per_second integer "
        "constraint ck_tenant_pairs_per_second check (pairs_per_second >= 0)"
    )


def downgrade() -> None:
    op.execute("alter table pgrerank.tenant drop column pairs_per_second")
