-- psi_counts_v1: population stability index between two histograms over the same bins.
-- Arguments: baseline, recent: counts of the same bins, lowest bin first. groups: neighbouring bins
--     are merged into at most so many groups of similar mass in the baseline; null: no merging.
-- Returns: the sum of (q - p) ln(q / p) over the groups, p and q being their shares; 0.5 is added
--     to the count of every group, so that an empty one is not infinitely far. At least 0; null if
--     either is empty. Under 0.1 is little, over 0.25 much, by convention in credit scoring
--     (Siddiqi, Credit Risk Scorecards, 2006).
-- Called by: psi_v1, views/score_drift.sql, analysts.
create function pgrerank_analytics.psi_counts_v1(
    baseline bigint[],
    recent bigint[],
    groups integer default 10
)
returns double precision
language sql immutable parallel safe
begin atomic
    with bin as (
        select
            u.place,
            u.before::double precision as before,
            u.after::double precision as after,
            sum(u.before) over () as total,
            sum(u.before) over (order by u.place) - u.before / 2.0 as middle
        from unnest(baseline, recent) with ordinality as u (before, after, place)
    ),

    joined as (
        select
            sum(b.before) as before,
            sum(b.after) as after
        from bin as b
        group by
            case
                when groups is null then b.place
                else least(floor(groups * b.middle / nullif(b.total, 0)), groups - 1)
            end
    ),

    share as (
        select
            (j.before + 0.5) / (sum(j.before) over () + 0.5 * count(*) over ()) as p,
            (j.after + 0.5) / (sum(j.after) over () + 0.5 * count(*) over ()) as q,
            least(sum(j.before) over (), sum(j.after) over ()) as smaller
        from joined as j
    )

    select sum((s.q - s.p) * ln(s.q / s.p))
    from share as s
    where s.smaller > 0;
end;

grant execute on function pgrerank_analytics.psi_counts_v1(
    bigint[], bigint[], integer
) to pgrerank_analyst;

comment on function pgrerank_analytics.psi_counts_v1(bigint[], bigint[], integer) is
'Population stability index of two histograms over the same bins, 0 or more: under 0.1 is '
'little, over 0.25 much; null where one is empty. baseline, recent: counts of the bins, the '
'lowest first; groups: neighbouring bins are joined to at most so many groups of like mass in '
'the baseline, null for none.';
