-- reference_run: one row for each run of a reference set, with the changes since the previous run.
-- Rows: those of tenants granted to the current login.
create view pgrerank_analytics.reference_run
with (security_invoker = true)
as
select
    t.name as tenant,
    s.name as reference_set,
    r.id as run_id,
    r.created_at,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    m.precision as reranker_precision,
    r.environment,
    r.verdict,
    r.compared_with_id,
    r.largest_change,
    r.noise,
    r.beyond_noise,
    r.truncation_changes,
    r.kendall_tau,
    r.message,
    r.scores,
    r.truncated,
    cardinality(r.scores) as pairs
from pgrerank.reference_run as r
inner join pgrerank.reference_set as s
    on
        r.tenant_id = s.tenant_id
        and r.reference_set_id = s.id
inner join pgrerank.tenant as t on r.tenant_id = t.id
inner join pgrerank.model as m on r.model_id = m.id;

grant select on pgrerank_analytics.reference_run to pgrerank_analyst;

comment on view pgrerank_analytics.reference_run is
'One row for each time a reference set, a fixed set of pairs, was scored, and what changed since '
'the time before.';
comment on column pgrerank_analytics.reference_run.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.reference_run.reference_set is 'Name of the reference set.';
comment on column pgrerank_analytics.reference_run.run_id is 'Id of this scoring.';
comment on column pgrerank_analytics.reference_run.created_at is 'When it was scored.';
comment on column pgrerank_analytics.reference_run.reranker is 'Name of the reranker that scored.';
comment on column pgrerank_analytics.reference_run.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.reference_run.reranker_precision is
'Precision of its numbers, such as fp32, bf16 or int8.';
comment on column pgrerank_analytics.reference_run.environment is
'Versions of libraries, the processor and more, as JSON.';
comment on column pgrerank_analytics.reference_run.verdict is
'first; same; changed: the same model gave other scores; other model.';
comment on column pgrerank_analytics.reference_run.compared_with_id is
'Id of the run before; null: the first of these pairs.';
comment on column pgrerank_analytics.reference_run.largest_change is
'Largest difference of a score, in the unit of the model; null: nothing to compare.';
comment on column pgrerank_analytics.reference_run.noise is
'How large a difference is mere noise, in the unit of the model; null: nothing to compare.';
comment on column pgrerank_analytics.reference_run.beyond_noise is
'Pairs whose scores differ by more than the noise.';
comment on column pgrerank_analytics.reference_run.truncation_changes is
'Pairs of which more or less was read than before.';
comment on column pgrerank_analytics.reference_run.kendall_tau is
'Rank correlation of the two runs over all pairs, -1 to 1; null: nothing to compare.';
comment on column pgrerank_analytics.reference_run.message is 'What happened, in a sentence.';
comment on column pgrerank_analytics.reference_run.scores is
'Raw score of each pair, in their order; null inside: it failed.';
comment on column pgrerank_analytics.reference_run.truncated is
'Whether the reranker read only the beginning, of each pair.';
comment on column pgrerank_analytics.reference_run.pairs is 'How many pairs the set has.';
