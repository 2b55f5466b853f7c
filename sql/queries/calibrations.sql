-- Runtime statements of storage/calibrations.py.

-- add --
-- Insert a fitted calibration.
insert into pgrerank.calibration (
    tenant_id,
    id,
    collection_id,
    reranker_id,
    search_scale,
    document_scale,
    method,
    coefficients,
    knot_scores,
    knot_probabilities,
    answerable,
    strategy,
    candidates,
    depth,
    unjudged,
    relevant_from,
    queries,
    pairs,
    positives,
    brier,
    log_loss,
    ece,
    ece_uncalibrated,
    tried,
    bin_predicted,
    bin_observed,
    bin_pairs,
    precision_at,
    precision_at_low,
    precision_at_high,
    warnings,
    created_at
)
values (
    %(tenant_id)s,
    %(id)s,
    %(collection_id)s,
    %(reranker_id)s,
    %(search_scale)s::double precision[],
    %(document_scale)s::double precision[],
    %(method)s,
    %(coefficients)s::double precision[],
    %(knot_scores)s::double precision[],
    %(knot_probabilities)s::double precision[],
    %(answerable)s::double precision[],
    %(strategy)s,
    %(candidates)s,
    %(depth)s,
    %(unjudged)s,
    %(relevant_from)s,
    %(queries)s,
    %(pairs)s,
    %(positives)s,
    %(brier)s::double precision[],
    %(log_loss)s::double precision[],
    %(ece)s::double precision[],
    %(ece_uncalibrated)s::double precision[],
    %(tried)s,
    %(bin_predicted)s::double precision[],
    %(bin_observed)s::double precision[],
    %(bin_pairs)s::integer[],
    %(precision_at)s::double precision[],
    %(precision_at_low)s::double precision[],
    %(precision_at_high)s::double precision[],
    %(warnings)s::text[],
    %(created_at)s
);

-- add_points --
-- Insert its precision and recall by cut-off, from parallel arrays.
insert into pgrerank.calibration_point (
    tenant_id,
    calibration_id,
    cutoff,
    relevance,
    pairs,
    precision_at_cutoff,
    precision_low,
    precision_high,
    recall,
    recall_low,
    recall_high
)
select
    %(tenant_id)s,
    %(id)s,
    u.cutoff,
    u.relevance,
    u.pairs,
    u.precision_at_cutoff,
    u.precision_low,
    u.precision_high,
    u.recall,
    u.recall_low,
    u.recall_high
from
    unnest(
        %(cutoffs)s::double precision[],
        %(relevances)s::double precision[],
        %(pairs)s::integer[],
        %(precisions)s::double precision[],
        %(precisions_low)s::double precision[],
        %(precisions_high)s::double precision[],
        %(recalls)s::double precision[],
        %(recalls_low)s::double precision[],
        %(recalls_high)s::double precision[]
    )
        as u (
            cutoff,
            relevance,
            pairs,
            precision_at_cutoff,
            precision_low,
            precision_high,
            recall,
            recall_low,
            recall_high
        );

-- add_sample --
-- Insert the pairs it was fitted to.
insert into pgrerank.calibration_sample (
    tenant_id,
    calibration_id,
    queries,
    scores,
    relevant,
    weights
)
values (
    %(tenant_id)s,
    %(id)s,
    %(queries)s::integer[],
    %(scores)s::double precision[],
    %(relevant)s::boolean[],
    %(weights)s::double precision[]
);

-- fitted --
-- Calibrations, newest first: the one of `id`, or all if it is null; only those of `collection` and
-- before `before`, if given.
select
    c.id,
    c.created_at,
    o.name as collection,
    m.name as reranker,
    m.fingerprint,
    c.search_scale,
    c.document_scale,
    c.method,
    c.coefficients,
    c.knot_scores,
    c.knot_probabilities,
    c.answerable,
    c.strategy,
    c.candidates,
    c.depth,
    c.unjudged,
    c.relevant_from,
    c.queries,
    c.pairs,
    c.positives,
    c.brier,
    c.log_loss,
    c.ece,
    c.ece_uncalibrated,
    c.tried,
    c.bin_predicted,
    c.bin_observed,
    c.bin_pairs,
    c.precision_at,
    c.precision_at_low,
    c.precision_at_high,
    c.warnings
from pgrerank.calibration as c
inner join pgrerank.model as m on c.reranker_id = m.id
left join pgrerank.collection as o
    on
        c.tenant_id = o.tenant_id
        and c.collection_id = o.id
where
    c.tenant_id = %(tenant_id)s
    and (%(id)s::uuid is null or c.id = %(id)s::uuid)
    and (%(collection)s::text is null or o.name = %(collection)s::text)
    and (%(before)s::uuid is null or c.id < %(before)s::uuid)
order by c.id desc
limit %(row_count)s;

-- points --
-- Precision and recall of a calibration by cut-off, strictest first.
select
    p.cutoff,
    p.relevance,
    p.pairs,
    p.precision_at_cutoff,
    p.precision_low,
    p.precision_high,
    p.recall,
    p.recall_low,
    p.recall_high
from pgrerank.calibration_point as p
where
    p.tenant_id = %(tenant_id)s
    and p.calibration_id = %(id)s
order by p.cutoff desc;

-- sample --
-- The pairs of a calibration.
select
    s.queries,
    s.scores,
    s.relevant,
    s.weights
from pgrerank.calibration_sample as s
where
    s.tenant_id = %(tenant_id)s
    and s.calibration_id = %(id)s;

-- delete --
-- Delete a calibration with its points, pairs and thresholds; one row if it existed.
delete from pgrerank.calibration as c
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(id)s
returning c.id;

-- running --
-- The calibrations that may apply to a search or ranking, one of each reranker, and the threshold
-- of the collection of this name; always at least one row. First comes the calibration by which
-- the threshold was chosen, then those with a scale for this kind of results (for supplied
-- documents, first one that was fitted to such), then those of the collection, then the newest.
with named as (
    select
        t.name,
        t.cutoff,
        t.min_relevance,
        t.calibration_id,
        m.name as reranker,
        m.fingerprint
    from pgrerank.threshold as t
    inner join pgrerank.collection as o
        on
            t.tenant_id = o.tenant_id
            and t.collection_id = o.id
    left join pgrerank.model as m on t.reranker_id = m.id
    where
        t.tenant_id = %(tenant_id)s
        and t.name = %(threshold)s::text
        and o.name = %(collection)s::text
),

own as (
    select
        c.*,
        m.name as reranker,
        m.fingerprint,
        row_number() over (
            order by
                (n.calibration_id is not null) desc,
                (
                    case when %(is_search)s then c.search_scale else c.document_scale end
                    is not null
                ) desc,
                (not %(is_search)s and c.search_scale is null) desc,
                (c.collection_id is not null) desc,
                c.id desc
        ) as place
    from pgrerank.calibration as c
    inner join pgrerank.model as m on c.reranker_id = m.id
    left join pgrerank.collection as o
        on
            c.tenant_id = o.tenant_id
            and c.collection_id = o.id
    left join named as n on c.id = n.calibration_id
    where
        c.tenant_id = %(tenant_id)s
        and (o.name = %(collection)s::text or c.collection_id is null)
),

first_of_each as (
    select distinct on (o.fingerprint) o.*
    from own as o
    order by o.fingerprint, o.place
)

select
    c.id,
    c.reranker,
    c.fingerprint,
    c.search_scale,
    c.document_scale,
    c.method,
    c.coefficients,
    c.knot_scores,
    c.knot_probabilities,
    c.answerable,
    c.strategy,
    c.candidates,
    c.depth,
    n.name as threshold_name,
    n.cutoff as threshold_cutoff,
    n.min_relevance as threshold_relevance,
    n.reranker as threshold_reranker,
    n.fingerprint as threshold_fingerprint
from (values (1)) as one (row_number)
left join first_of_each as c on one.row_number = 1
left join named as n on one.row_number = 1
order by c.place;
