-- average_precision_v1: mean over the relevant documents of the precision at the rank of each, 0
-- for those not found, like AP of ir-measures; its mean over queries is MAP. A grade of 1 or more
-- is relevant.
-- Arguments: found: grades of the ranked documents, best rank first, null for unjudged ones;
--     judged: all grades of the query, in any order. At most as many relevant ranks count, the
--     first ones, as there are relevant documents.
-- Returns: 0 to 1; 0 if no document is relevant.
-- Called by: analysts, for pgrerank_analytics.eval_query and their own lists.
create function pgrerank_analytics.average_precision_v1(
    found integer[],
    judged integer[]
)
returns double precision
language sql immutable parallel safe
begin atomic
    with relevant as (
        select count(*) as total
        from unnest(judged) as j (grade)
        where j.grade >= 1
    ),

    hit as (
        select
            row_number() over (order by f.place) as occurrence,
            row_number() over (order by f.place) / f.place::double precision as share
        from unnest(found) with ordinality as f (grade, place)
        where f.grade >= 1
    )

    select coalesce(sum(h.share) / nullif(max(r.total), 0), 0)
    from relevant as r
    left join hit as h on r.total >= h.occurrence;
end;

grant execute on function pgrerank_analytics.average_precision_v1(integer[], integer[])
to pgrerank_analyst;

comment on function pgrerank_analytics.average_precision_v1(integer[], integer[]) is
'Average precision of an order, 0 to 1; a grade of 1 or more is relevant. found: grades in the '
'order that is measured, the first place first, null for one that nobody judged; judged: all '
'grades of the query.';
