"""${message}

Zero downtime: while this runs, the release before it serves. So
- an `expand` revision only adds what the old code can ignore: tables, nullable columns, columns
  with a constant default, functions and views of a new name, indexes built concurrently;
- a `contract` revision removes what no running code uses any more, one release later;
- no rename, no change of type, no rewrite of a large table; `not null` by a `not valid` check
  that is validated apart; a foreign key `not valid`, then validated;
- data moves in batches, in a command, not here: statements stop after their timeout;
- an index on a filled table: a revision of its own, in `op.get_context().autocommit_block()`.
Revision ids are numbers in order: NNNN_{expand|contract}_what.py.
"""

from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else ""}


def downgrade() -> None:
    ${downgrades if downgrades else ""}
