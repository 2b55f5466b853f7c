-- threshold: one row for each named threshold.
-- Rows: those of tenants granted to the current login.
create view pgrerank_analytics.threshold
with (security_invoker = true)
as
select
    t.name as tenant,
    h.name as threshold,
    o.name as collection,
    h.cutoff,
    h.min_relevance,
    h.promised_precision,
    h.confidence,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    h.calibration_id,
    h.created_at
from pgrerank.threshold as h
inner join pgrerank.tenant as t on h.tenant_id = t.id
inner join pgrerank.collection as o
    on
        h.tenant_id = o.tenant_id
        and h.collection_id = o.id
left join pgrerank.model as m on h.reranker_id = m.id;

grant select on pgrerank_analytics.threshold to pgrerank_analyst;

comment on view pgrerank_analytics.threshold is
'One row for each named threshold, which removes results below log-odds or below a '
'probability.';
comment on column pgrerank_analytics.threshold.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.threshold.threshold is 'Name of the threshold.';
comment on column pgrerank_analytics.threshold.collection is 'Name of the collection.';
comment on column pgrerank_analytics.threshold.cutoff is
'Lowest log-odds that are kept; null: it is a probability.';
comment on column pgrerank_analytics.threshold.min_relevance is
'Lowest probability that is kept, 0 to 1; null: they are log-odds.';
comment on column pgrerank_analytics.threshold.promised_precision is
'Precision that the threshold keeps, 0 to 1; null: chosen by hand.';
comment on column pgrerank_analytics.threshold.confidence is
'With what probability it does, 0 to 1; null: chosen by hand.';
comment on column pgrerank_analytics.threshold.reranker is
'Name of the reranker of the log-odds; null: it is a probability.';
comment on column pgrerank_analytics.threshold.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.threshold.calibration_id is
'Id of the calibration by whose judged pairs it was chosen; null: chosen by hand.';
comment on column pgrerank_analytics.threshold.created_at is 'When it was set.';
