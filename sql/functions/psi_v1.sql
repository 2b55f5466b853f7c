-- psi_v1: population stability index between two samples of scores.
-- Arguments: baseline, recent: scores in any order; nulls are ignored. groups: the most quantiles
--     of the baseline to compare.
-- Errors: PR001 if groups is not 1 to 1,000 or a sample has over a million scores.
-- Returns: as psi_counts_v1, with a group for each quantile.
-- Called by: analysts.
create function pgrerank_analytics.psi_v1(
    baseline double precision[],
    recent double precision[],
    groups integer default 10
)
returns double precision
language sql immutable parallel safe
begin atomic
    with sorted as (
        select array_agg(u.score order by u.score) as scores
        from unnest(baseline) as u (score)
        where
            u.score is not null
            and pgrerank.bounded_v1('length of baseline', cardinality(baseline), 0, 1000000) >= 0
            and pgrerank.bounded_v1('length of recent', cardinality(recent), 0, 1000000) >= 0
    ),

    edge as (
        select
            array_agg(distinct s.scores[(g.place * cardinality(s.scores) + groups - 1) / groups])
                as scores
        from sorted as s
        cross join
            generate_series(
                1, pgrerank.bounded_v1('groups', groups, 1, 1000)::integer - 1
            ) as g (place)
        where s.scores is not null
    ),

    member as (
        select
            width_bucket(u.score, coalesce(e.scores, '{}')) as place,
            1 as before,
            0 as after
        from unnest(baseline) as u (score)
        cross join edge as e
        where u.score is not null
        union all
        select
            width_bucket(u.score, coalesce(e.scores, '{}')) as place,
            0 as before,
            1 as after
        from unnest(recent) as u (score)
        cross join edge as e
        where u.score is not null
    ),

    joined as (
        select
            m.place,
            sum(m.before) as before,
            sum(m.after) as after
        from member as m
        group by m.place
    )

    select pgrerank_analytics.psi_counts_v1(array_agg(j.before), array_agg(j.after), null)
    from joined as j;
end;

grant execute on function pgrerank_analytics.psi_v1(
    double precision[], double precision[], integer
) to pgrerank_analyst;

comment on function pgrerank_analytics.psi_v1(double precision[], double precision[], integer) is
'Population stability index of two samples of scores, 0 or more: under 0.1 is little, over 0.25 '
'much; null where one is empty. baseline, recent: at most 1,000,000 scores each in any order; '
'groups: at most so many quantiles of the baseline, 1 to 1,000.';
