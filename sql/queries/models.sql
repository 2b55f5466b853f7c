-- Runtime statements of storage/models.py.

-- register --
-- Register a model, if it is new. Its id is its only key: of two unique indexes the one that the
-- statement does not name would fail where two processes register a model at once.
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
on conflict (id) do nothing;
