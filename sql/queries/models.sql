-- Runtime statements of storage/models.py.

-- find --
-- The id of a model.
select m.id
from pgrerank.model as m
where m.fingerprint = %(fingerprint)s;

-- register --
-- Register a model, if it is new.
insert into pgrerank.model (
    id,
    kind,
    name,
    revision,
    fingerprint,
    precision,
    max_length,
    dimensions,
    score_kind
)
values (
    %(id)s,
    %(kind)s,
    %(name)s,
    %(revision)s,
    %(fingerprint)s,
    %(precision)s,
    %(max_length)s,
    %(dimensions)s,
    %(score_kind)s
)
on conflict (fingerprint) do nothing;
