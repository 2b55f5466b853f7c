-- score_day_v1: statistics of a day (UTC) of the log, as stored in the table score_daily.
-- Arguments: counted_day; only_uncounted: leave out tenants whose count of the day is stored.
-- Rows: those granted to an analyst, or of all tenants for the owner; one for each collection and
-- reranker, with a null reranker for searches that were not reranked. Reads the log: about 1 ms for
-- a search with 50 reranked candidates (docs/analysts.md).
-- Called by: queries/drift.sql, and for the present day the views score_daily and effect_daily.
create function pgrerank.score_day_v1(counted_day date, only_uncounted boolean)
returns table (
    tenant_id uuid,
    day date,
    collection_id uuid,
    reranker_id uuid,
    collection_name text,
    counted_at timestamptz,
    searches bigint,
    partial_searches bigint,
    skipped_searches bigint,
    failed_searches bigint,
    pairs bigint,
    truncated_pairs bigint,
    changed_top_1 bigint,
    changed_top_3 bigint,
    changed_top_10 bigint,
    tau_searches bigint,
    tau_sum double precision,
    shift_sum double precision,
    agreement_searches bigint,
    agreement_sum double precision,
    score_bins smallint[],
    score_counts bigint[]
)
language sql stable
begin atomic
    with search as (
        select
            l.tenant_id,
            l.collection_id,
            l.collection_name,
            l.reranker_id,
            l.status,
            l.rerank_scores,
            l.truncated,
            l.status in ('full', 'partial') as is_reranked,
            coalesce(1 < any(l.fused_ranks[1:1]), false) as is_top_1_changed,
            coalesce(3 < any(l.fused_ranks[1:3]), false) as is_top_3_changed,
            coalesce(10 < any(l.fused_ranks[1:10]), false) as is_top_10_changed,
            -- For n places without ties, tau is 1 minus 4 / n / (n - 1) for each inversion.
            case
                when l.status in ('full', 'partial') and l.depth > 1
                    then (
                        select 1 - 4.0 * count(*) / (l.depth * (l.depth - 1))
                        from
                            unnest(l.fused_ranks[1:l.depth]) with ordinality
                                as x (fused_rank, place)
                        inner join
                            unnest(l.fused_ranks[1:l.depth]) with ordinality
                                as y (fused_rank, place)
                            on x.place < y.place
                        where x.fused_rank > y.fused_rank
                    )
            end as tau,
            case
                when l.status in ('full', 'partial')
                    then (
                        select avg(abs(u.fused_rank - u.place))
                        from
                            unnest(l.fused_ranks[1:least(10, l.depth)]) with ordinality
                                as u (fused_rank, place)
                    )
            end as shift,
            case
                when l.status in ('full', 'partial') and l.dense_returned is not null
                    then (
                        select avg((coalesce(u.dense_rank, 51) <= 50)::integer)
                        from unnest(l.dense_ranks[1:least(10, l.depth)]) as u (dense_rank)
                    )
            end as agreement
        from pgrerank.tenant as t
        inner join pgrerank.rerank_log as l on t.id = l.tenant_id
        where
            l.created_at >= counted_day::timestamp at time zone 'UTC'
            and l.created_at < (counted_day + 1)::timestamp at time zone 'UTC'
            and l.source = 'search'
            and (
                not only_uncounted
                or not exists (
                    select 1
                    from pgrerank.score_daily as d
                    where
                        d.tenant_id = t.id
                        and d.day = counted_day
                )
            )
    ),

    volume as (
        select
            s.tenant_id,
            s.collection_id,
            s.reranker_id,
            max(s.collection_name) as collection_name,
            count(*) as searches,
            count(*) filter (where s.status = 'partial') as partial_searches,
            count(*) filter (where s.status = 'skipped') as skipped_searches,
            count(*) filter (where s.status = 'failed') as failed_searches,
            count(*) filter (where s.is_reranked and s.is_top_1_changed) as changed_top_1,
            count(*) filter (where s.is_reranked and s.is_top_3_changed) as changed_top_3,
            count(*) filter (where s.is_reranked and s.is_top_10_changed) as changed_top_10,
            count(s.tau) as tau_searches,
            coalesce(sum(s.tau), 0) as tau_sum,
            coalesce(sum(s.shift), 0) as shift_sum,
            count(s.agreement) as agreement_searches,
            coalesce(sum(s.agreement), 0) as agreement_sum
        from search as s
        group by s.tenant_id, s.collection_id, s.reranker_id
    ),

    bin as (
        select
            s.tenant_id,
            s.collection_id,
            s.reranker_id,
            pgrerank_analytics.score_bin_v1(u.score) as place,
            count(*) as pairs,
            count(*) filter (where u.is_truncated) as truncated_pairs
        from search as s
        cross join unnest(s.rerank_scores, s.truncated) as u (score, is_truncated)
        where u.score is not null
        group by
            s.tenant_id,
            s.collection_id,
            s.reranker_id,
            pgrerank_analytics.score_bin_v1(u.score)
    ),

    histogram as (
        select
            b.tenant_id,
            b.collection_id,
            b.reranker_id,
            sum(b.pairs) as pairs,
            sum(b.truncated_pairs) as truncated_pairs,
            array_agg(b.place order by b.place) as score_bins,
            array_agg(b.pairs order by b.place) as score_counts
        from bin as b
        group by b.tenant_id, b.collection_id, b.reranker_id
    )

    -- The order is that of the columns above.
    select  -- noqa: ST06
        v.tenant_id,
        counted_day as day,
        v.collection_id,
        v.reranker_id,
        v.collection_name,
        now() as counted_at,
        v.searches,
        v.partial_searches,
        v.skipped_searches,
        v.failed_searches,
        coalesce(h.pairs, 0) as pairs,
        coalesce(h.truncated_pairs, 0) as truncated_pairs,
        v.changed_top_1,
        v.changed_top_3,
        v.changed_top_10,
        v.tau_searches,
        v.tau_sum,
        v.shift_sum,
        v.agreement_searches,
        v.agreement_sum,
        coalesce(h.score_bins, '{}') as score_bins,
        coalesce(h.score_counts, '{}') as score_counts
    from volume as v
    left join histogram as h
        on
            v.tenant_id = h.tenant_id
            and v.collection_id is not distinct from h.collection_id
            and v.reranker_id is not distinct from h.reranker_id;
end;

grant execute on function pgrerank.score_day_v1(date, boolean)
to pgrerank_analyst;

comment on function pgrerank.score_day_v1(date, boolean) is
'A day (UTC) of the log in figures, as score_daily has them. counted_day: the day; '
'only_uncounted: leave out tenants of which the day is counted already.';
