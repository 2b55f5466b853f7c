"""What keeps a database in order, and how often it is due."""

from collections.abc import Sequence
from functools import partial

from pgrerank.storage import maintenance, words
from pgrerank.storage.jobs import Chore


def housekeeping(url: str, *, keep_months: int | None = None) -> Sequence[Chore]:
    """The chores that need no model.

    Args:
        url: Postgres URL of a login that may `set role pgrerank_owner`.
        keep_months: Months of the rerank log that are kept; None: all.
    """
    chores = [
        Chore(
            name="partitions",
            purpose="make the rerank log's months ahead",
            cron="5 0 * * *",
            run=partial(maintenance.ensure_partitions, url),
        ),
        Chore(
            name="counters",
            purpose="put right the counters of collections",
            cron="15 1 * * *",
            run=partial(maintenance.recount, url),
        ),
        Chore(
            name="words",
            purpose="count the frequent words of large collections",
            cron="30 1 * * *",
            run=partial(words.count_words, url),
        ),
        Chore(
            name="titles",
            purpose="count the words of titles where a collection weighs them",
            cron="40 1 * * *",
            run=partial(words.weigh_titles, url),
        ),
        Chore(
            name="filters",
            purpose="tell vectors that an earlier version stored which document they are of",
            cron="50 1 * * *",
            run=partial(maintenance.place_embeddings, url),
        ),
        Chore(
            name="indexes",
            purpose="build and drop vector indexes as collections grow and shrink",
            cron="20 * * * *",
            run=partial(maintenance.index_collections, url),
        ),
    ]
    if keep_months is None:
        return chores
    retention = Chore(
        name="retention",
        purpose=f"drop months of the rerank log older than {keep_months}",
        cron="10 0 * * *",
        run=partial(maintenance.drop_partitions, url, months=keep_months),
    )
    return [*chores, retention]
