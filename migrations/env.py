"""Runs migrations as the owner of all objects, one process at a time, with timeouts."""

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from alembic import context
from pgvector.sqlalchemy import HALFVEC, SPARSEVEC, VECTOR
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.dialects.postgresql.base import ischema_names

from pgrerank import wiring
from pgrerank.settings import Settings
from pgrerank.storage import pooler, queries, sqlfile, statements
from pgrerank.storage.tables import metadata

# A statement that waits longer for its lock would block all others; the next run tries again.
LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "15min"
#: prefixes of monthly partitions and of vector indexes of large collections
PASSING = ("rerank_log_", "ix_chunk_embedding_hnsw_")
MONTHS_AHEAD = 3
#: run before the migrations; the last one sets the owner role
FOUNDATION = ("roles.sql", "schemas.sql")
#: as PostgreSQL names them if `public` is not in the search path
VECTORS: dict[str, Any] = {
    "public.vector": VECTOR,
    "public.halfvec": HALFVEC,
    "public.sparsevec": SPARSEVEC,
}


@contextmanager
def database_url() -> Generator[str]:
    if given := context.config.attributes.get("url"):
        yield given
        return
    with wiring.open_database(Settings.from_environ()) as database:
        yield database.admin_url


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Exclude other schemas, and objects made and dropped outside migrations."""
    if kind == "schema":
        return name == metadata.SCHEMA
    return not (name or "").startswith(PASSING)


def options() -> dict[str, Any]:
    return {
        "target_metadata": metadata.metadata(),
        "include_schemas": True,
        "include_name": is_ours,
        "version_table_schema": metadata.SCHEMA,
        "transaction_per_migration": True,
    }


def migrate_online() -> None:
    with database_url() as url:
        ischema_names.update(VECTORS)
        engine = create_engine(
            "postgresql+psycopg://", creator=lambda: connected(url), poolclass=pool.NullPool
        )
        # Comments are in the SQL files, not in the metadata.
        engine.dialect.supports_comments = False
        with engine.connect() as lock, engine.connect() as connection:
            execute_file(lock, "migration_lock.sql")  # held until this transaction is rolled back
            become_owner(connection)
            context.configure(connection=connection, **options())
            with context.begin_transaction():
                context.run_migrations()
            make_partitions(connection)


def connected(url: str) -> psycopg.Connection:
    """A connection for `become_owner`. Refuses poolers, whose next user would inherit the role."""
    with ExitStack() as stack:
        connection = psycopg.connect(url)
        stack.callback(connection.close)
        row = connection.execute(queries.load("connections")["backend"]).fetchone()
        connection.rollback()
        announced = connection.info.backend_pid
        look = pooler.refuse(url, announced=announced, actual=row[0] if row else 0)
        with ThreadPoolExecutor() as thread:  # since the caller may run in an event loop
            thread.submit(asyncio.run, look).result()
        stack.pop_all()
    return connection


def make_partitions(connection: Connection) -> None:
    """Create the log's partitions of coming months, unless the schema was just dropped."""
    function = "pgrerank.ensure_log_partitions_v1"
    if connection.exec_driver_sql(f"select to_regproc('{function}')").scalar():
        connection.exec_driver_sql(f"select {function}({MONTHS_AHEAD})")
    connection.commit()


def become_owner(connection: Connection) -> None:
    """Set timeouts and the owner role for the rest of the session."""
    connection.exec_driver_sql(f"set lock_timeout = '{LOCK_TIMEOUT}'")
    connection.exec_driver_sql(f"set statement_timeout = '{STATEMENT_TIMEOUT}'")
    for path in FOUNDATION:
        execute_file(connection, path)
    connection.commit()


def execute_file(connection: Connection, path: str) -> None:
    """Run a file under sql/, statement by statement."""
    for statement in statements.split(sqlfile.text(path)):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def migrate_offline() -> None:
    """Print the SQL, for an administrator to read, lint or run."""
    context.configure(dialect_name="postgresql", **options())
    for path in FOUNDATION:
        context.get_context().impl.static_output(sqlfile.text(path))
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    migrate_offline()
else:
    migrate_online()
