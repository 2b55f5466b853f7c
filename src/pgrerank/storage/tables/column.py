"""Shared parts of the table definitions: required columns and foreign keys."""

from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint
from sqlalchemy.types import TypeEngine

SCHEMA = "pgrerank"


def required_column(name: str, kind: type[TypeEngine[Any]] | TypeEngine[Any]) -> Column[Any]:
    """A column that is never null."""
    return Column(name, kind, nullable=False)


def of_tenant() -> ForeignKeyConstraint:
    """Foreign key to the tenant; deleting it deletes the row."""
    return ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenant.id"], ondelete="CASCADE")


def of_row(table: str) -> ForeignKeyConstraint:
    """Foreign key to the owning row of the same tenant; deleting it deletes this row."""
    return ForeignKeyConstraint(
        ["tenant_id", f"{table}_id"],
        [f"{SCHEMA}.{table}.tenant_id", f"{SCHEMA}.{table}.id"],
        ondelete="CASCADE",
    )


def of_model(column: str) -> ForeignKeyConstraint:
    """Foreign key to a model, which cannot be deleted while a row refers to it."""
    return ForeignKeyConstraint([column], [f"{SCHEMA}.model.id"])
