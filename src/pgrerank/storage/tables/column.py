"""What tables of the metadata have in common: required columns, and what rows belong to."""

from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint
from sqlalchemy.types import TypeEngine

SCHEMA = "pgrerank"


def required_column(name: str, kind: type[TypeEngine[Any]] | TypeEngine[Any]) -> Column[Any]:
    """A column that is never null."""
    return Column(name, kind, nullable=False)


def of_tenant() -> ForeignKeyConstraint:
    """The tenant, whose deletion takes the row along."""
    return ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenant.id"], ondelete="CASCADE")


def of_row(table: str) -> ForeignKeyConstraint:
    """The owning row in a table of the same tenant, whose deletion takes this one along."""
    return ForeignKeyConstraint(
        ["tenant_id", f"{table}_id"],
        [f"{SCHEMA}.{table}.tenant_id", f"{SCHEMA}.{table}.id"],
        ondelete="CASCADE",
    )


def of_model(column: str) -> ForeignKeyConstraint:
    """A model, which stays as long as the row names it."""
    return ForeignKeyConstraint([column], [f"{SCHEMA}.model.id"])
