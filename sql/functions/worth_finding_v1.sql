-- worth_finding_v1: the tsquery that finds texts whose words can reach a score.
-- Arguments: lexemes; ceilings, a parallel array of the most that each can add; need, the score,
--     above 0.
-- Returns: the minimal sets of lexemes whose ceilings reach it, OR-ed; null if all together do not.
-- Called by: keyword_leg_v1, with at most six lexemes, which have up to 20 such sets.
create function pgrerank.worth_finding_v1(
    lexemes text[],
    ceilings double precision[],
    need double precision
)
returns tsquery
language sql immutable
begin atomic
    with combination as (
        select
            string_agg(
                pgrerank.any_of_v1(array[l.lexeme], array[false])::text, ' & ' order by l.place
            )
                as together
        from generate_series(1, (1 << cardinality(lexemes)) - 1) as s (members)
        cross join unnest(lexemes, ceilings) with ordinality as l (lexeme, ceiling, place)
        where s.members & (1 << (l.place::integer - 1)) <> 0
        group by s.members
        having sum(l.ceiling) >= need and sum(l.ceiling) - min(l.ceiling) < need
    )

    select string_agg(c.together, ' | ' order by c.together)::tsquery
    from combination as c;
end;
