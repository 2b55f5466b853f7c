"""All errors that pgrerank raises on purpose, as one tree.

    PgrerankError
    ├── InvalidRequestError          the caller can correct the request
    ├── AuthenticationError          no key, or one that is unknown, expired or revoked
    ├── ForbiddenError               a valid key without the scope
    ├── NotFoundError                no such tenant, collection, document, key or ranking
    ├── ConflictError                the name is taken, or the stored thing differs
    ├── TooLargeError                the body, the query or a document is over its limit
    ├── OverloadedError              the queue is full: retry later
    │   └── QuotaError               the tenant used up its quota of pairs
    ├── UnavailableError             Postgres or a model cannot be reached at the moment
    │   └── ScoringError             the model failed on this request
    │       └── RemoteError          the server that runs the model failed
    └── StartupError                 the database or configuration is refused
        ├── DatabaseUnreachableError
        ├── MissingExtensionError
        ├── OldExtensionError
        ├── UnsafeRoleError
        ├── UnmigratedError
        ├── NewerDatabaseError
        ├── ModelError
        └── SettingsError

Each class keeps its facts as attributes and builds its own message, which may be shown to users.
"""


class PgrerankError(Exception):
    """Root of all errors pgrerank raises on purpose."""


class InvalidRequestError(PgrerankError):
    """A field of the request is missing, malformed or out of range.

    Args:
        field: Dotted path of the field, as the caller wrote it (`filter.year.$gte`).
        problem: What is wrong with it, as a clause ("must be at least 1, not 0").
    """

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{field}: {problem}")


class AuthenticationError(PgrerankError):
    """The API key is missing, unknown, expired or revoked."""

    def __init__(self) -> None:
        super().__init__(
            "The API key is missing, unknown, expired or revoked. "
            "Send a valid one as `Authorization: Bearer <key>`."
        )


class ForbiddenError(PgrerankError):
    """The API key is valid but lacks the scope that this call needs."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(f"This API key lacks the scope `{scope}` that the call needs.")


class NotFoundError(PgrerankError):
    """The tenant has nothing of that name or id.

    Args:
        kind: What was looked for: `collection`, `document`, `evaluation`, `key`, `ranking` or
            `tenant`.
        name: The name or id as given.
        remedy: What to do, as a sentence.
    """

    def __init__(self, kind: str, name: object, remedy: str = "") -> None:
        self.kind = kind
        self.name = str(name)
        super().__init__(f"There is no {kind} `{name}`. {remedy}".rstrip())


class ConflictError(PgrerankError):
    """The request contradicts what is stored."""


class CollectionChangedError(ConflictError):
    """What is to be stored does not fit the collection any more, since it was changed.

    Args:
        name: The collection.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Collection `{name}` went over to another embedder, to other token vectors or to "
            "other texts meanwhile. Send the documents again."
        )


class TooLargeError(PgrerankError):
    """Something in the request is over its limit.

    Args:
        field: What is too large: `body`, `query`, `documents`.
        size: Its size, in `unit`.
        limit: The largest size allowed.
        unit: What is counted: `bytes`, `values`, `characters`, `documents`.
        advice: What to do instead, as a sentence.
    """

    def __init__(self, field: str, *, size: int, limit: int, unit: str, advice: str = "") -> None:
        self.field = field
        self.size = size
        self.limit = limit
        self.unit = unit
        message = f"{field}: {size} {unit} are over the limit of {limit} {unit}. {advice}"
        super().__init__(message.rstrip())


class OverloadedError(PgrerankError):
    """Too much work is queued already; nothing was done.

    Args:
        retry_after_s: Seconds after which a retry is likely to be admitted, at least 1.
    """

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        return f"The service is at capacity. Retry in {self.retry_after_s} s."


class QuotaError(OverloadedError):
    """The tenant used up its quota of pairs; nothing was done.

    Args:
        retry_after_s: Seconds until more pairs are allowed, at least 1.
        pairs_per_second: Its quota.
    """

    def __init__(self, retry_after_s: int, pairs_per_second: int) -> None:
        self.pairs_per_second = pairs_per_second
        super().__init__(retry_after_s)

    def _sentence(self) -> str:
        return (
            f"This tenant used up its quota of {self.pairs_per_second} reranked pairs a second. "
            f"Retry in {self.retry_after_s} s."
        )


class UnavailableError(PgrerankError):
    """A part that the service needs cannot be reached at the moment."""

    def __init__(self, part: str) -> None:
        self.part = part
        super().__init__(f"{part} is unavailable at the moment. The request can be retried.")


class ScoringError(UnavailableError):
    """The model failed on this request."""

    @property
    def reason(self) -> str:
        """What happened, as a clause."""
        return "the reranker failed"


class RemoteError(ScoringError):
    """A model on another server failed.

    Args:
        backend: The operator's name for the server. Its address is not disclosed.
        problem: What it did ("answered 500").
    """

    def __init__(self, backend: str, problem: str) -> None:
        self.backend = backend
        self.problem = problem
        super().__init__(f"The backend `{backend}` {problem} and")

    @property
    def reason(self) -> str:
        """What happened, as a clause."""
        return f"the backend `{self.backend}` {self.problem}"


class StartupError(PgrerankError):
    """pgrerank refuses to run against this database or with these settings."""


class DatabaseUnreachableError(StartupError):
    """No connection to Postgres could be made.

    Args:
        reason: Why, as a clause.
        variable: The setting that names the server; empty: the embedded server.
    """

    def __init__(self, reason: str, variable: str = "") -> None:
        remedy = f" Check {variable}; with no URL set, the embedded server is used."
        super().__init__(
            f"Postgres cannot be reached: {reason.rstrip('.?')}.{remedy if variable else ''}"
        )


class MissingExtensionError(StartupError):
    """The database has no pgvector.

    Args:
        is_packaged: Whether the server has the extension, so that it can be created.
        remedy: How to migrate, as a sentence.
    """

    def __init__(self, *, is_packaged: bool, remedy: str = "Run: pgrerank migrate") -> None:
        super().__init__(
            f"The database lacks the extension pgvector. {remedy}"
            if is_packaged
            else "The server lacks the extension pgvector. Install its package there "
            f"(on Debian postgresql-18-pgvector, by the server's version). {remedy}"
        )


class OldExtensionError(StartupError):
    """The database has a pgvector that is too old."""

    def __init__(self, version: str, needed: str) -> None:
        super().__init__(
            f"pgvector {version} is installed, {needed} or later is needed. "
            "Upgrade the package and run: alter extension vector update;"
        )


class UnsafeRoleError(StartupError):
    """The service would connect as a role to which row-level security does not apply.

    Args:
        role: Its name.
        reason: Why row-level security does not apply, as a clause.
        is_administrator: Whether the cause is that only an administrator's URL is set.
    """

    def __init__(self, role: str, reason: str, *, is_administrator: bool = False) -> None:
        self.role = role
        super().__init__(
            f"The role `{role}` {reason}, so it would see every tenant. "
            + (
                "PGRERANK_DATABASE_URL is not set, and the service does not connect as the "
                "administrator of PGRERANK_ADMIN_DATABASE_URL. Run: "
                "export PGRERANK_DATABASE_URL=$(pgrerank login add pgrerank_service)"
                if is_administrator
                else "Make a login that may not, and put the URL it prints in "
                "PGRERANK_DATABASE_URL: pgrerank login add pgrerank_service"
            )
        )


class UnmigratedError(StartupError):
    """The database is older than this version of pgrerank.

    Args:
        revision: Its revision; None: it was never migrated.
        needed: The revision of this version.
        remedy: How to migrate, as a sentence.
    """

    def __init__(
        self, revision: str | None, needed: str, remedy: str = "Run: pgrerank migrate"
    ) -> None:
        self.revision = revision
        super().__init__(
            f"The database is at revision {revision or '(none)'}, this version needs {needed}. "
            + remedy
        )


class NewerDatabaseError(StartupError):
    """The database is newer than this version of pgrerank."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this version does not know. "
            "Install the pgrerank that migrated it: pip install --upgrade pgrerank"
        )


class ModelError(StartupError):
    """A model cannot be loaded, or is of the wrong kind."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"The model `{name}` cannot be used: {problem}")


class SettingsError(StartupError):
    """A setting has an invalid value."""

    def __init__(self, variable: str, problem: str) -> None:
        self.variable = variable
        super().__init__(f"{variable}: {problem}")
