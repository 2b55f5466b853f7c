-- rerank_relevance: one row for each search with calibrated probabilities.
-- Rows: those of tenants granted to the current login.
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
    l.answerable as answerable_probability,
    l.returned,
    l.knobs ->> 'threshold' as threshold,
    (l.knobs ->> 'min_relevance')::double precision as min_relevance,
    (l.cut ->> 'min_relevance')::integer as cut_min_relevance,
    (l.cut ->> 'threshold')::integer as cut_threshold,
    (
        select max(u.relevance)
        from unnest(l.relevances) as u (relevance)
    ) as best_relevance
from pgrerank.rerank_log as l
inner join pgrerank.tenant as t on l.tenant_id = t.id
where l.calibration_id is not null;

grant select on pgrerank_analytics.rerank_relevance to pgrerank_analyst;

comment on view pgrerank_analytics.rerank_relevance is
'One row for each search whose scores a calibration turned into probabilities. Reads the log: '
'name an interval of created_at.';
comment on column pgrerank_analytics.rerank_relevance.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.rerank_relevance.ranking_id is
'Id of the search or ranking, as the answer carried it.';
comment on column pgrerank_analytics.rerank_relevance.created_at is 'When the search was made.';
comment on column pgrerank_analytics.rerank_relevance.collection is
'Name of the collection as it was then, also where it has been deleted since; null: the caller '
'supplied the documents and named none.';
comment on column pgrerank_analytics.rerank_relevance.query is 'Text of the query.';
comment on column pgrerank_analytics.rerank_relevance.calibration_id is
'Id of the calibration that was applied. It may have been deleted since.';
comment on column pgrerank_analytics.rerank_relevance.answerable_probability is
'Probability that at least one candidate is relevant, 0 to 1; null: the calibration does not '
'give it.';
comment on column pgrerank_analytics.rerank_relevance.returned is
'How many results the answer held.';
comment on column pgrerank_analytics.rerank_relevance.threshold is
'Name of the threshold that was asked for; null: none.';
comment on column pgrerank_analytics.rerank_relevance.min_relevance is
'Lowest probability that was asked for, 0 to 1; null: none.';
comment on column pgrerank_analytics.rerank_relevance.cut_min_relevance is
'Candidates that min_relevance removed.';
comment on column pgrerank_analytics.rerank_relevance.cut_threshold is
'Candidates that the named threshold removed.';
comment on column pgrerank_analytics.rerank_relevance.best_relevance is
'Highest probability of a candidate, 0 to 1; null: none has one.';
