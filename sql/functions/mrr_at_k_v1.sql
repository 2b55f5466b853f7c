-- mrr_at_k_v1: reciprocal rank of the first relevant document, like RR@k of ir-measures; its mean
-- over queries is MRR@k. A grade of 1 or more is relevant.
-- Arguments: found: grades of the ranked documents, best rank first, null for unjudged ones; k: 1
--     to 1,000,000, else PR001.
-- Returns: 0 to 1; 0 if the first k have no relevant document.
-- Called by: analysts, for pgrerank_analytics.eval_query and their own lists.
create function pgrerank_analytics.mrr_at_k_v1(
    found integer[],
    k integer
)
returns double precision
language sql immutable parallel safe
begin atomic
    select coalesce(max(1 / f.place::double precision), 0)
    from unnest(found) with ordinality as f (grade, place)
    where
        f.place <= pgrerank.bounded_v1('k', k, 1, 1000000)
        and f.grade >= 1;
end;

grant execute on function pgrerank_analytics.mrr_at_k_v1(integer[], integer)
to pgrerank_analyst;

comment on function pgrerank_analytics.mrr_at_k_v1(integer[], integer) is
'Reciprocal rank of the first relevant document among the first k, 0 to 1; a grade of 1 or more '
'is relevant. found: grades in the order that is measured, the first place first, null for one '
'that nobody judged; k: 1 to 1,000,000.';
