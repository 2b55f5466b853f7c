-- calibration: one row for each fitted calibration, with its figures and intervals of 95 %.
-- Rows: those of tenants granted to the login that asks.
create view pgrerank_analytics.calibration
with (security_invoker = true)
as
select
    t.name as tenant,
    c.id as calibration_id,
    c.created_at,
    o.name as collection,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    c.method,
    c.coefficients,
    c.knot_scores,
    c.knot_probabilities,
    c.strategy,
    c.candidates,
    c.depth,
    c.unjudged,
    c.relevant_from,
    c.queries,
    c.pairs,
    c.positives,
    c.tried,
    c.bin_predicted,
    c.bin_observed,
    c.bin_pairs,
    c.precision_at,
    c.precision_at_low,
    c.precision_at_high,
    c.warnings,
    c.brier[1] as brier,
    c.brier[2] as brier_low,
    c.brier[3] as brier_high,
    c.log_loss[1] as log_loss,
    c.log_loss[2] as log_loss_low,
    c.log_loss[3] as log_loss_high,
    c.ece[1] as ece,
    c.ece[2] as ece_low,
    c.ece[3] as ece_high,
    c.ece_raw[1] as ece_raw,
    c.ece_raw[2] as ece_raw_low,
    c.ece_raw[3] as ece_raw_high
from pgrerank.calibration as c
inner join pgrerank.tenant as t on c.tenant_id = t.id
inner join pgrerank.model as m on c.reranker_id = m.id
left join pgrerank.collection as o
    on
        c.tenant_id = o.tenant_id
        and c.collection_id = o.id;

grant select on pgrerank_analytics.calibration to pgrerank_analyst;
