"""${message}

Zero downtime: the previous release serves while this runs. So
- an `expand` revision only adds what the old code can ignore: tables, nullable columns, columns
  with a constant default, functions and views with new names, indexes built concurrently;
- a `contract` revision removes what no running code uses any more, one release later;
- no renames, no type changes, no rewrites of large tables; `not null` by a `not valid` check
  that is validated separately; foreign keys `not valid`, then validated;
- data is moved in batches by a command, not here: statements have a timeout;
- an index on a filled table needs its own revision, in `op.get_context().autocommit_block()`.
Revision ids are consecutive numbers: NNNN_{expand|contract}_what.py.
"""

from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else ""}


def downgrade() -> None:
    ${downgrades if downgrades else ""}
