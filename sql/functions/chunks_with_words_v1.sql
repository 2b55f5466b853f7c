-- chunks_with_words_v1: how many chunks hold each word.
-- Arguments: words, each once; lexemes, one tsvector for each chunk; sign, 1, or -1 for chunks that
--     are deleted.
-- Returns: one count for each word, times the sign, in the order of `words`.
-- Called by: count_documents_v1, to count the frequent words of a collection.
create function pgrerank.chunks_with_words_v1(
    words text[],
    lexemes tsvector[],
    sign integer
)
returns bigint[]
language sql immutable parallel safe
begin atomic
    with word as (
        select
            w.lexeme,
            w.place
        from unnest(words) with ordinality as w (lexeme, place)
    ),

    held as (
        select
            u.place,
            count(*) as chunks
        from (
            -- Not in the from clause, which would materialize each chunk's lexemes before they are
            -- read: that takes 25 % longer.
            select unnest(tsvector_to_array(v.lexemes)) as lexeme
            from unnest(lexemes) as v (lexemes)
        ) as l
        inner join word as u on l.lexeme = u.lexeme
        group by u.place
    )

    select
        array(
            select sign * coalesce(h.chunks, 0)
            from word as u
            left join held as h on u.place = h.place
            order by u.place
        ) as counts;
end;

grant execute on function pgrerank.chunks_with_words_v1(text[], tsvector[], integer)
to pgrerank_app;
