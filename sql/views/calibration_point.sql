-- calibration_point: precision and recall of a calibration's pairs by cut-off.
-- Rows: those of tenants granted to the current login.
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

comment on view pgrerank_analytics.calibration_point is
'One row for each cut-off of a calibration: precision and recall of its judged pairs that score '
'as high or higher. Columns in _low and _high are intervals of 95 %.';
comment on column pgrerank_analytics.calibration_point.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.calibration_point.calibration_id is 'Id of the calibration.';
comment on column pgrerank_analytics.calibration_point.cutoff is
'Results with these log-odds or more are kept.';
comment on column pgrerank_analytics.calibration_point.relevance is
'Probability of relevance at the cut-off, 0 to 1.';
comment on column pgrerank_analytics.calibration_point.pairs is 'Judged pairs that are kept.';
comment on column pgrerank_analytics.calibration_point.precision is
'Share of the kept pairs that is relevant, 0 to 1.';
comment on column pgrerank_analytics.calibration_point.precision_low is
'Lower end of its interval.';
comment on column pgrerank_analytics.calibration_point.precision_high is
'Upper end of its interval.';
comment on column pgrerank_analytics.calibration_point.recall is
'Share of the relevant pairs that is kept, 0 to 1.';
comment on column pgrerank_analytics.calibration_point.recall_low is 'Lower end of its interval.';
comment on column pgrerank_analytics.calibration_point.recall_high is 'Upper end of its interval.';
