-- recall_at_k_v1: share of the relevant documents in the first k, like R@k of ir-measures. A grade
-- of 1 or more is relevant.
-- Arguments: found: grades of the ranked documents, best rank first, null for unjudged ones;
--     judged: all grades of the query, in any order; k: 1 to 1,000,000, else PR001. More relevant
--     ranks than relevant documents are chunks of the same documents, and count as all of them.
-- Returns: 0 to 1; 0 if no document is relevant.
-- Called by: analysts, for pgrerank_analytics.eval_query and their own lists.
create function pgrerank_analytics.recall_at_k_v1(
    found integer[],
    judged integer[],
    k integer
)
returns double precision
language sql immutable parallel safe
begin atomic
    with relevant as (
        select count(*) as total
        from unnest(judged) as j (grade)
        where j.grade >= 1
    )

    select
        coalesce(
            least(count(f.grade), max(r.total)) / nullif(max(r.total), 0)::double precision, 0
        )
    from relevant as r
    left join unnest(found) with ordinality as f (grade, place)
        on
            f.place <= pgrerank.bounded_v1('k', k, 1, 1000000)
            and f.grade >= 1;
end;

grant execute on function pgrerank_analytics.recall_at_k_v1(integer[], integer[], integer)
to pgrerank_analyst;

comment on function pgrerank_analytics.recall_at_k_v1(integer[], integer[], integer) is
'Share of the relevant documents that the first k hold, 0 to 1; a grade of 1 or more is '
'relevant. found: grades in the order that is measured, the first place first, null for one that '
'nobody judged; judged: all grades of the query; k: 1 to 1,000,000.';
