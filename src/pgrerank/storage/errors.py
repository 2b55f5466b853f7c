"""Translation of psycopg errors to domain errors, by SQLSTATE and constraint name."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
import psycopg_pool

from pgrerank.domain.errors import ConflictError, OverloadedError, PgrerankError, UnavailableError

_UNIQUENESS_MESSAGES = {
    "uq_tenant_name": "A tenant of this name exists already.",
    "ix_api_key_tenant_id_name": (
        "A key of this name exists that still works. Give another name, or revoke that key first."
    ),
    "uq_collection_tenant_id_name": "A collection of this name exists already.",
    "uq_document_tenant_id_collection_id_external_id": (
        "Another request stored the same document at the same moment. Send it again."
    ),
}
#: constraints whose violation means that a name is taken
CONSTRAINTS = _UNIQUENESS_MESSAGES.keys()
#: what a foreign key refers to, by the end of its name
_OWNERS = {
    "_tenant": "tenant",
    "_collection": "collection",
    "_document": "document",
    "_chunk": "document",
    "_calibration": "calibration",
    "_reference_set": "reference set",
    "_enrichment": "enrichment",
}
#: connection lost, transaction rolled back, out of resources, stopped by an operator, system error
_PASSING = ("08", "40", "53", "57", "58", "55P03")
_RETRY_AFTER_S = 1


@contextmanager
def translate() -> Generator[None]:
    """Translate errors that the caller can act on; all others are bugs and pass unchanged.

    Raises:
        ConflictError: A name is taken, or the owner of the row was deleted meanwhile.
        OverloadedError: Too many requests wait for a connection.
        UnavailableError: PostgreSQL cannot be reached or aborted; a retry may succeed.
    """
    try:
        yield
    except psycopg.Error as error:
        domain_error = _translation(error)
        if domain_error is None:
            raise
        raise domain_error from error


def _translation(error: psycopg.Error) -> PgrerankError | None:
    if isinstance(error, psycopg_pool.TooManyRequests):
        return OverloadedError(_RETRY_AFTER_S)
    if isinstance(error, psycopg.IntegrityError):
        return _conflict(error.diag.constraint_name or "")
    return UnavailableError("Postgres") if _passes(error) else None


def _conflict(constraint: str) -> ConflictError | None:
    message = _UNIQUENESS_MESSAGES.get(constraint) or deletion_message(constraint)
    return ConflictError(message) if message else None


def deletion_message(constraint: str) -> str | None:
    """What the violation of a foreign key says to the caller; None: it is a bug.

    Callers name rows that exist, so one that is not there was deleted after they read it.
    """
    if not constraint.startswith("fk_"):
        return None
    owners = (owner for ending, owner in _OWNERS.items() if constraint.endswith(ending))
    return next((f"The {owner} was deleted meanwhile." for owner in owners), None)


def _passes(error: psycopg.Error) -> bool:
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(_PASSING)
