"""The statement that `pgrerank demo` shows and runs."""

from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from pgrerank.storage.queries import load

QUERIES = load("demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementResult:
    """A statement with its result."""

    #: can be pasted into psql
    statement: str
    columns: list[str]
    rows: list[TupleRow]


async def head_of_search(url: str, ranking_id: str) -> StatementResult:
    """The first results of a logged search, as the login of the URL sees them."""
    statement = QUERIES["head_of_search"]
    async with await AsyncConnection[TupleRow].connect(url) as connection:
        cursor = await connection.execute(statement, {"ranking_id": ranking_id})
        columns = [column.name for column in cursor.description or []]
        rows = await cursor.fetchall()
    shown = statement.replace("%(ranking_id)s", f"'{ranking_id}'")
    return StatementResult(statement=shown, columns=columns, rows=rows)
