-- judged_at_k_v1: share of the first k that is judged, like Judged@k of ir-measures; the share of
-- the whole list if it is shorter than k. If it is low, the other measures are unreliable.
-- Arguments: found: grades of the ranked documents, best rank first, null for unjudged ones; k: 1
--     to 1,000,000, else PR001.
-- Returns: 0 to 1; 0 for an empty list.
-- Called by: analysts, for pgrerank_analytics.eval_query and their own lists.
create function pgrerank_analytics.judged_at_k_v1(
    found integer[],
    k integer
)
returns double precision
language sql immutable parallel safe
begin atomic
    select coalesce(count(f.grade) / nullif(count(*), 0)::double precision, 0)
    from unnest(found) with ordinality as f (grade, place)
    where f.place <= pgrerank.bounded_v1('k', k, 1, 1000000);
end;

grant execute on function pgrerank_analytics.judged_at_k_v1(integer[], integer)
to pgrerank_analyst;

comment on function pgrerank_analytics.judged_at_k_v1(integer[], integer) is
'Share of the first k that somebody judged, 0 to 1. found: grades in the order that is measured, '
'the first place first, null for one that nobody judged; k: 1 to 1,000,000.';
