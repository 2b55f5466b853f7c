-- Runtime statements of storage/thresholds.py.

-- set --
-- Insert a threshold, replacing one of the same name.
insert into pgrerank.threshold (
    tenant_id,
    id,
    collection_id,
    name,
    reranker_id,
    calibration_id,
    cutoff,
    min_relevance,
    promised_precision,
    confidence,
    created_at
)
values (
    %(tenant_id)s,
    %(id)s,
    %(collection_id)s,
    %(name)s,
    %(reranker_id)s,
    %(calibration_id)s,
    %(cutoff)s,
    %(min_relevance)s,
    %(promised_precision)s,
    %(confidence)s,
    %(created_at)s
)
on conflict (tenant_id, collection_id, name) do update
    set
        reranker_id = excluded.reranker_id,
        calibration_id = excluded.calibration_id,
        cutoff = excluded.cutoff,
        min_relevance = excluded.min_relevance,
        promised_precision = excluded.promised_precision,
        confidence = excluded.confidence,
        created_at = excluded.created_at;

-- all --
-- All thresholds of the tenant, ordered by name.
select
    t.name,
    o.name as collection,
    t.cutoff,
    t.min_relevance,
    t.promised_precision,
    t.confidence,
    t.calibration_id,
    m.name as reranker,
    m.fingerprint,
    t.created_at
from pgrerank.threshold as t
inner join pgrerank.collection as o
    on
        t.tenant_id = o.tenant_id
        and t.collection_id = o.id
left join pgrerank.model as m on t.reranker_id = m.id
where t.tenant_id = %(tenant_id)s
order by t.name, o.name;

-- delete --
-- Delete a threshold; one row if it existed.
delete from pgrerank.threshold as t
where
    t.tenant_id = %(tenant_id)s
    and t.name = %(name)s
    and t.collection_id = %(collection_id)s
returning t.id;
