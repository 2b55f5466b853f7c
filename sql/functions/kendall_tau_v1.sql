-- kendall_tau_v1: rank correlation of two orders of the same items, Kendall's tau-b.
-- Arguments: first, second: parallel arrays of the ranks of each item in both orders. Items with a
--     null rank are ignored; equal ranks count as ties.
-- Returns: 1 for the same order, -1 for its reverse; null for fewer than two items, or if all are
--     tied in one order. Quadratic in their number: 1,000 take about half a second; more than
--     2,000 raise PR001.
-- Called by: analysts.
create function pgrerank_analytics.kendall_tau_v1(
    first double precision[],
    second double precision[]
)
returns double precision
language sql immutable parallel safe
begin atomic
    with item as materialized (
        select
            u.a,
            u.b,
            u.place
        from unnest(first, second) with ordinality as u (a, b, place)
        where
            u.a is not null
            and u.b is not null
            and pgrerank.bounded_v1('length of first', cardinality(first), 0, 2000) is not null
    ),

    pair as (
        select
            sign(x.a - y.a) as a,
            sign(x.b - y.b) as b
        from item as x
        inner join item as y on x.place < y.place
    )

    select sum(p.a * p.b) / nullif(sqrt(sum(p.a * p.a) * sum(p.b * p.b)), 0)
    from pair as p;
end;

grant execute on function pgrerank_analytics.kendall_tau_v1(
    double precision[], double precision[]
) to pgrerank_analyst;

comment on function pgrerank_analytics.kendall_tau_v1(double precision[], double precision[]) is
'Kendall''s tau-b of two orders of the same things, -1 to 1; null for fewer than two. first, '
'second: ranks of one thing at one place of both arrays, 2,000 at most.';
