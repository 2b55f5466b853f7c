-- query_terms_v1: the lexemes of a query, each with its number of occurrences in the query.
-- Arguments: configuration, the text search configuration of the collection; query, as typed:
--     exclusions are left out, and `word*` matches all words with that prefix (of 2 to 255 letters;
--     the first eight such terms), stemmed by the configuration. Text without spaces between words
--     is read as pairs of characters. One of its characters by itself is a prefix of pairs, and
--     counts among the eight.
-- Returns: the first 128 distinct lexemes, unordered: like the embedder, the keyword leg reads only
--     the beginning of an overlong query. is_prefix: the lexeme stands for all that begin with it.
-- Called by: keyword_leg_v1.
create function pgrerank.query_terms_v1(configuration regconfig, query text)
returns table (lexeme text, frequency integer, is_prefix boolean)
language sql immutable
begin atomic
    with said as (
        select
            case
                when octet_length(query) = length(query) then pgrerank.query_words_v1(query)
                else
                    regexp_replace(
                        pgrerank.query_words_v1(query),
                        '([' || pgrerank.unspaced_letters_v1(false) || ']\S*)\*',
                        '\1',
                        'g'
                    )
            end as words
    ),

    prefix as (
        select lower(p.found[1]) as word
        from said as s
        cross join
            lateral regexp_matches(
                s.words, '(?<!\S)([[:alnum:]]{2,255})\*(?!\S)', 'g'
            ) with ordinality as p (found, place)
        order by p.place asc
        limit 8
    ),

    starred as (
        select count(*) as number
        from prefix
    ),

    word as (
        select
            l.lexeme,
            cardinality(l.positions) as frequency,
            l.positions[1] as place,
            octet_length(l.lexeme) > length(l.lexeme)
            and l.lexeme ~ (
                '^[' || pgrerank.unspaced_letters_v1(false) || ']'
                || '[' || pgrerank.unspaced_letters_v1(true) || ']*$'
            ) as is_single
        from said as s
        cross join
            lateral unnest(
                to_tsvector(
                    configuration,
                    pgrerank.text_words_v1(
                        regexp_replace(s.words, '(?<!\S)[[:alnum:]]{2,255}\*(?!\S)', ' ', 'g'),
                        true
                    )
                )
            ) as l
    ),

    term as (
        select
            w.lexeme,
            w.frequency,
            w.is_single
            and count(*) filter (where w.is_single) over (order by w.place) + p.number <= 8
                as is_prefix,
            w.place
        from word as w
        cross join starred as p
        union all
        select distinct
            -- A stop word may be a prefix of other words.
            coalesce(
                (tsvector_to_array(to_tsvector(configuration, p.word)))[1], p.word
            ) as lexeme,
            1 as frequency,
            true as is_prefix,
            0 as place
        from prefix as p
    )

    select
        t.lexeme,
        t.frequency,
        t.is_prefix
    from term as t
    order by t.place asc, t.lexeme asc
    limit 128;
end;
