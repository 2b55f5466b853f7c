-- ks_v1: Kolmogorov-Smirnov distance between two samples of scores.
-- Arguments: baseline, recent: scores in any order; nulls are ignored.
-- Returns: the largest difference between their cumulative distributions, 0 to 1; null if either is
--     empty. Samples of n and m independent scores of the same distribution stay below
--     1.36 sqrt(1 / n + 1 / m) in 95 % of cases; scores of one search are not independent.
-- Called by: analysts.
create function pgrerank_analytics.ks_v1(
    baseline double precision[],
    recent double precision[]
)
returns double precision
language sql immutable parallel safe
begin atomic
    with member as (
        select
            u.score,
            1 as before,
            0 as after
        from unnest(baseline) as u (score)
        where u.score is not null
        union all
        select
            u.score,
            0 as before,
            1 as after
        from unnest(recent) as u (score)
        where u.score is not null
    ),

    joined as (
        select
            m.score,
            sum(m.before) as before,
            sum(m.after) as after
        from member as m
        group by m.score
    )

    select
        pgrerank_analytics.ks_counts_v1(
            array_agg(j.before order by j.score), array_agg(j.after order by j.score)
        )
    from joined as j;
end;

grant execute on function pgrerank_analytics.ks_v1(
    double precision[], double precision[]
) to pgrerank_analyst;

comment on function pgrerank_analytics.ks_v1(double precision[], double precision[]) is
'Kolmogorov-Smirnov distance of two samples of scores, 0 to 1; null where one is empty. '
'baseline, recent: scores in any order; nulls are left out.';
