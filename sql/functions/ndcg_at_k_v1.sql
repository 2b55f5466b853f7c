-- ndcg_at_k_v1: normalised discounted cumulative gain of the first k, like trec_eval's ndcg_cut and
-- nDCG@k of ir-measures (Jarvelin and Kekalainen 2002; gain: the grade, discount: log2).
-- Arguments: found: grades of the ranked documents, best rank first, null for unjudged ones;
--     judged: all grades of the query, in any order; k: 1 to 1,000,000, else PR001. Of each grade,
--     at most as many ranks count, the first ones, as `judged` has of it, so that several chunks of
--     one document do not add up.
-- Returns: 0 to 1; 0 if no document has a grade above 0.
-- Called by: analysts, for pgrerank_analytics.eval_query, judged_search and their own lists.
create function pgrerank_analytics.ndcg_at_k_v1(
    found integer[],
    judged integer[],
    k integer
)
returns double precision
language sql immutable parallel safe
begin atomic
    with given as (
        select
            j.grade,
            count(*) as documents
        from unnest(judged) as j (grade)
        where j.grade > 0
        group by j.grade
    ),

    placed as (
        select
            f.grade,
            f.place,
            row_number() over (partition by f.grade order by f.place) as occurrence
        from unnest(found) with ordinality as f (grade, place)
        where f.grade > 0
    ),

    gained as (
        select coalesce(sum(p.grade / ln(p.place + 1::double precision)), 0) as total
        from placed as p
        inner join given as g on p.grade = g.grade
        where
            p.place <= pgrerank.bounded_v1('k', k, 1, 1000000)
            and p.occurrence <= g.documents
    ),

    ideal as (
        select
            j.grade,
            row_number() over (order by j.grade desc) as place
        from unnest(judged) as j (grade)
        where j.grade > 0
    ),

    best as (
        select sum(i.grade / ln(i.place + 1::double precision)) as total
        from ideal as i
        where i.place <= pgrerank.bounded_v1('k', k, 1, 1000000)
    )

    select least(coalesce(g.total / b.total, 0), 1)
    from gained as g
    cross join best as b;
end;

grant execute on function pgrerank_analytics.ndcg_at_k_v1(integer[], integer[], integer)
to pgrerank_analyst;

comment on function pgrerank_analytics.ndcg_at_k_v1(integer[], integer[], integer) is
'nDCG of the first k, 0 to 1; the gain is the grade, the discount log2. found: grades in the '
'order that is measured, the first place first, null for one that nobody judged; judged: all '
'grades of the query; k: 1 to 1,000,000.';
