-- ks_counts_v1: Kolmogorov-Smirnov distance between two histograms over the same bins.
-- Arguments: baseline, recent: counts of the same bins, lowest bin first.
-- Returns: the largest difference between the cumulative shares at the ends of bins, 0 to 1, at
--     most that of the samples themselves; null if either is empty.
-- Called by: views/score_drift.sql, analysts.
create function pgrerank_analytics.ks_counts_v1(baseline bigint[], recent bigint[])
returns double precision
language sql immutable parallel safe
begin atomic
    with below as (
        select
            sum(u.before) over (order by u.place) / nullif(sum(u.before) over (), 0) as before,
            sum(u.after) over (order by u.place) / nullif(sum(u.after) over (), 0) as after
        from unnest(baseline, recent) with ordinality as u (before, after, place)
    )

    select max(abs(b.before - b.after))::double precision
    from below as b;
end;

grant execute on function pgrerank_analytics.ks_counts_v1(bigint[], bigint[]) to pgrerank_analyst;

comment on function pgrerank_analytics.ks_counts_v1(bigint[], bigint[]) is
'Kolmogorov-Smirnov distance of two histograms over the same bins, 0 to 1; null where one is '
'empty. baseline, recent: counts of the bins, the lowest bin first.';
