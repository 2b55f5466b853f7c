-- calibration_point: precision and recall of a calibration's pairs by where they are cut.
-- Rows: those of tenants granted to the login that asks.
create view pgrerank_analytics.calibration_point
with (security_invoker = true)
as
select
    t.name as tenant,
    p.calibration_id,
    p.cutoff,
    p.relevance,
    p.pairs,
    p.precision_at_cutoff as precision,
    p.precision_low,
    p.precision_high,
    p.recall,
    p.recall_low,
    p.recall_high
from pgrerank.calibration_point as p
inner join pgrerank.tenant as t on p.tenant_id = t.id;

grant select on pgrerank_analytics.calibration_point to pgrerank_analyst;
