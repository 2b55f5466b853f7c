-- calibration: one row for each fitted calibration, with its metrics and 95 % intervals.
-- Rows: those of tenants granted to the current login.
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
    c.search_scale,
    c.document_scale,
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
    c.ece_uncalibrated[1] as ece_uncalibrated,
    c.ece_uncalibrated[2] as ece_uncalibrated_low,
    c.ece_uncalibrated[3] as ece_uncalibrated_high
from pgrerank.calibration as c
inner join pgrerank.tenant as t on c.tenant_id = t.id
inner join pgrerank.model as m on c.reranker_id = m.id
left join pgrerank.collection as o
    on
        c.tenant_id = o.tenant_id
        and c.collection_id = o.id;

grant select on pgrerank_analytics.calibration to pgrerank_analyst;

comment on view pgrerank_analytics.calibration is
'One row for each fitted calibration, which turns scores of one reranker into probabilities '
'of relevance. Columns in _low and _high are intervals of 95 % over queries.';
comment on column pgrerank_analytics.calibration.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.calibration.calibration_id is 'Id of the calibration.';
comment on column pgrerank_analytics.calibration.created_at is 'When it was fitted.';
comment on column pgrerank_analytics.calibration.collection is
'Name of the collection it is for; null: for all of the tenant.';
comment on column pgrerank_analytics.calibration.reranker is
'Name of the reranker whose scores it reads, and no other''s.';
comment on column pgrerank_analytics.calibration.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.calibration.search_scale is
'Log-odds of the candidates of a search, as search_log_odds_v1 takes it: base, factor of the '
'parts, level and center. Null: fitted to supplied pairs.';
comment on column pgrerank_analytics.calibration.document_scale is
'Log-odds of supplied documents: base, and slope for each unit of the raw score. Null: relevance '
'does not rise with the raw score alone.';
comment on column pgrerank_analytics.calibration.method is 'platt, isotonic or beta.';
comment on column pgrerank_analytics.calibration.coefficients is
'Coefficients of the curve, as calibration_curve_v1 takes them.';
comment on column pgrerank_analytics.calibration.knot_scores is
'Log-odds of the knots of an isotonic curve, rising.';
comment on column pgrerank_analytics.calibration.knot_probabilities is
'Probabilities of the knots, 0 to 1, not falling.';
comment on column pgrerank_analytics.calibration.strategy is
'Strategy of the searches that it was fitted on.';
comment on column pgrerank_analytics.calibration.candidates is 'Their rows of each leg.';
comment on column pgrerank_analytics.calibration.depth is 'Their number of reranked candidates.';
comment on column pgrerank_analytics.calibration.unjudged is
'How pairs that nobody judged were read: irrelevant, or skip (left out).';
comment on column pgrerank_analytics.calibration.relevant_from is
'Lowest grade that counted as relevant.';
comment on column pgrerank_analytics.calibration.queries is 'Queries that it was fitted on.';
comment on column pgrerank_analytics.calibration.pairs is 'Judged pairs of query and chunk.';
comment on column pgrerank_analytics.calibration.positives is 'Relevant ones among the pairs.';
comment on column pgrerank_analytics.calibration.tried is
'Held-out log loss of every method that was tried, as JSON.';
comment on column pgrerank_analytics.calibration.bin_predicted is
'Reliability diagram: mean probability of each bin, 0 to 1.';
comment on column pgrerank_analytics.calibration.bin_observed is
'Share that is relevant in each bin, 0 to 1.';
comment on column pgrerank_analytics.calibration.bin_pairs is 'Pairs in each bin.';
comment on column pgrerank_analytics.calibration.precision_at is
'Precision among the best k of a query, by k from 1, 0 to 1.';
comment on column pgrerank_analytics.calibration.precision_at_low is 'Lower ends of its intervals.';
comment on column pgrerank_analytics.calibration.precision_at_high is
'Upper ends of its intervals.';
comment on column pgrerank_analytics.calibration.warnings is
'What speaks against relying on it, in words.';
comment on column pgrerank_analytics.calibration.brier is
'Mean squared distance of probability and truth, 0 to 1; lower is better.';
comment on column pgrerank_analytics.calibration.brier_low is 'Lower end of its interval.';
comment on column pgrerank_analytics.calibration.brier_high is 'Upper end of its interval.';
comment on column pgrerank_analytics.calibration.log_loss is
'Mean log loss in nats, 0 or more; lower is better.';
comment on column pgrerank_analytics.calibration.log_loss_low is 'Lower end of its interval.';
comment on column pgrerank_analytics.calibration.log_loss_high is 'Upper end of its interval.';
comment on column pgrerank_analytics.calibration.ece is
'Expected calibration error over 15 bins of equal mass, 0 to 1; lower is better.';
comment on column pgrerank_analytics.calibration.ece_low is 'Lower end of its interval.';
comment on column pgrerank_analytics.calibration.ece_high is 'Upper end of its interval.';
comment on column pgrerank_analytics.calibration.ece_uncalibrated is
'The same error without the calibration: of the log-odds of the model that ships, or of the '
'sigmoid of raw scores.';
comment on column pgrerank_analytics.calibration.ece_uncalibrated_low is
'Lower end of its interval.';
comment on column pgrerank_analytics.calibration.ece_uncalibrated_high is
'Upper end of its interval.';
