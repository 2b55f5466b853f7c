-- query_restriction_v1: the condition of a query on every text: it has the "quoted phrases" in word
-- order, and nothing that follows a minus.
-- Arguments: configuration, the text search configuration of the collection; query, as typed.
--     A quote inside a word (5" pipe) or without a partner is ignored. At most 32 of each count.
-- Returns: the condition; null if there is none, or only stop words.
-- Called by: keyword_leg_v1.
--
-- A character by itself is a prefix, as in query_terms_v1: a phrase may end within a pair.
create function pgrerank.query_restriction_v1(configuration regconfig, query text)
returns tsquery
language sql immutable
begin atomic
    with phrase as (
        select phraseto_tsquery(configuration, pgrerank.text_words_v1(p.found[1], false)) as demand
        from
            regexp_matches(
                pgrerank.query_words_v1(query), '(?<![[:alnum:]])"([^"]+)"(?![[:alnum:]])', 'g'
            ) with ordinality as p (found, place)
        order by p.place asc
        limit 32
    ),

    exclusion as (
        select phraseto_tsquery(configuration, pgrerank.text_words_v1(e.found[1], false)) as demand
        from
            regexp_matches(query, '(?<!\S)-("[^"]+"|[[:alpha:]]\S*)', 'g')
            with ordinality as e (found, place)
        order by e.place asc
        limit 32
    ),

    demand as (
        select '(' || p.demand::text || ')' as clause
        from phrase as p
        where numnode(p.demand) > 0
        union all
        select '!(' || e.demand::text || ')' as clause
        from exclusion as e
        where numnode(e.demand) > 0
    )

    select
        regexp_replace(
            string_agg(d.clause, ' & '),
            '''([' || pgrerank.unspaced_letters_v1(false) || ']'
            || '[' || pgrerank.unspaced_letters_v1(true) || ']*)''',
            '''\1'':*',
            'g'
        )::tsquery
    from demand as d;
end;
