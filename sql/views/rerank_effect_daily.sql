-- rerank_effect_daily: what reranking changed, by tenant, collection, reranker and day (UTC).
-- Rows: those of tenants granted to the login that asks. Only searches whose rerank status is
-- full or partial count.
create view pgrerank_analytics.rerank_effect_daily
with (security_invoker = true)
as
with effect as (
    select
        l.tenant_id,
        l.reranker_id,
        l.collection_name,
        (l.created_at at time zone 'UTC')::date as day,
        l.fused_ranks[1] > 1 as is_top_1_changed,
        3 < any(l.fused_ranks[1:3]) as is_top_3_changed,
        10 < any(l.fused_ranks[1:10]) as is_top_10_changed,
        pgrerank_analytics.kendall_tau_v1(
            l.fused_ranks[1:l.depth], l.final_ranks[1:l.depth]
        ) as tau,
        (
            select avg((coalesce(u.dense_rank, 51) <= 50)::integer)
            from unnest(l.dense_ranks[1:least(10, l.depth)]) as u (dense_rank)
            where l.dense_returned is not null
        ) as agreement
    from pgrerank.rerank_log as l
    where l.status in ('full', 'partial')
)

select
    t.name as tenant,
    e.collection_name as collection,
    e.day,
    m.name as reranker,
    count(*) as searches,
    avg(e.is_top_1_changed::integer)::double precision as changed_top_1,
    avg(e.is_top_3_changed::integer)::double precision as changed_top_3,
    avg(e.is_top_10_changed::integer)::double precision as changed_top_10,
    avg(e.tau) as kendall_tau,
    avg(e.agreement)::double precision as agreement
from effect as e
inner join pgrerank.tenant as t on e.tenant_id = t.id
left join pgrerank.model as m on e.reranker_id = m.id
group by
    t.name,
    e.collection_name,
    e.day,
    m.name,
    m.id;

grant select on pgrerank_analytics.rerank_effect_daily to pgrerank_analyst;
