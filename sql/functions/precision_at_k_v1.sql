-- precision_at_k_v1: share of the first k that is relevant, like P@k of ir-measures. A grade of 1
-- or more is relevant; ranks after the end of a short list are not.
-- Arguments: found: grades of the ranked documents, best rank first, null for unjudged ones; k: 1
--     to 1,000,000, else PR001.
-- Returns: 0 to 1.
-- Called by: analysts, for pgrerank_analytics.eval_query and their own lists.
create function pgrerank_analytics.precision_at_k_v1(
    found integer[],
    k integer
)
returns double precision
language sql immutable parallel safe
begin atomic
    select count(*) / pgrerank.bounded_v1('k', k, 1, 1000000)
    from unnest(found) with ordinality as f (grade, place)
    where
        f.place <= k
        and f.grade >= 1;
end;

grant execute on function pgrerank_analytics.precision_at_k_v1(integer[], integer)
to pgrerank_analyst;

comment on function pgrerank_analytics.precision_at_k_v1(integer[], integer) is
'Share of the first k that is relevant, 0 to 1; a grade of 1 or more is relevant. found: grades '
'in the order that is measured, the first place first, null for one that nobody judged; k: 1 to '
'1,000,000.';
