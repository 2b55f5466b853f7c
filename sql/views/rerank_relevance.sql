-- rerank_relevance: one row for each search that a calibration gave probabilities.
-- Rows: those of tenants granted to the login that asks.
create view pgrerank_analytics.rerank_relevance
with (security_invoker = true)
as
select
    t.name as tenant,
    l.id as ranking_id,
    l.created_at,
    l.collection_name as collection,
    l.query,
    l.calibration_id,
    l.answerable,
    l.returned,
    l.knobs ->> 'threshold' as threshold,
    (l.knobs ->> 'min_relevance')::double precision as min_relevance,
    (l.cut ->> 'min_relevance')::integer as cut_by_relevance,
    (l.cut ->> 'threshold')::integer as cut_by_threshold,
    (
        select max(u.relevance)
        from unnest(l.relevances) as u (relevance)
    ) as best_relevance
from pgrerank.rerank_log as l
inner join pgrerank.tenant as t on l.tenant_id = t.id
where l.calibration_id is not null;

grant select on pgrerank_analytics.rerank_relevance to pgrerank_analyst;
