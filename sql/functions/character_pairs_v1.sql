-- character_pairs_v1: a text whose runs of characters without spaces are written as pairs.
-- Arguments: content; is_query, whether to leave out the last character of a run by itself.
-- Returns: `中国人` as `中国 国人 人`, of a query as `中国 国人`, `中` as itself; a letter and its
--     marks are one character. All else as it was, normalized (NFKC).
-- Called by: text_words_v1.
--
-- What words such a text has, only a dictionary knows. Pairs need none, and find as well. Each
-- character begins one lexeme: so a text is as long as its characters, and a query of a single
-- character is a prefix.
create function pgrerank.character_pairs_v1(content text, is_query boolean)
returns text
language sql immutable parallel safe
begin atomic
    select
        string_agg(
            coalesce(
                r.found[1],
                (
                    select
                        ' '
                        || string_agg(
                            c.one || coalesce(c.next_one, ''), ' ' order by c.place
                        ) filter (where not is_query or c.next_one is not null or c.place = 1)
                        || ' '
                    from (
                        select
                            m.place,
                            m.found[1] as one,
                            lead(m.found[1]) over (order by m.place) as next_one
                        from
                            regexp_matches(
                                r.found[2],
                                '[' || pgrerank.unspaced_letters_v1(false) || ']'
                                || '[' || pgrerank.unspaced_letters_v1(true) || ']*',
                                'g'
                            ) with ordinality as m (found, place)
                    ) as c
                )
            ),
            '' order by r.place
        )
    from
        regexp_matches(
            normalize(content, nfkc),
            '([^' || pgrerank.unspaced_letters_v1(false) || ']+)'
            || '|([' || pgrerank.unspaced_letters_v1(false) || ']+)',
            'g'
        ) with ordinality as r (found, place);
end;

grant execute on function pgrerank.character_pairs_v1(text, boolean) to pgrerank_app;
