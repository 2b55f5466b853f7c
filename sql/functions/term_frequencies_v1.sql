-- term_frequencies_v1: how often each lexeme occurs in a text, as a sparse vector.
-- Arguments: lexemes, what to_tsvector made of the text.
-- Returns: counts by lexeme_index_v1, at least 1; Postgres counts to 255 for one lexeme. Lexemes
--     that share a dimension are summed. Of more than 16,000, which is pgvector's bound, those
--     with the lowest index are kept.
-- Called by: bm25_v1, queries/incoming.sql, queries/words.sql.
create function pgrerank.term_frequencies_v1(lexemes tsvector)
returns public.sparsevec
language sql immutable parallel safe
begin atomic
    select
        (
            '{' || coalesce(string_agg(c.dimension || ':' || c.frequency, ','), '') || '}/268435456'
        )::public.sparsevec
    from (
        select
            pgrerank.lexeme_index_v1(l.lexeme) as dimension,
            sum(cardinality(l.positions)) as frequency
        from unnest(lexemes) as l
        group by pgrerank.lexeme_index_v1(l.lexeme)
        order by pgrerank.lexeme_index_v1(l.lexeme) asc
        limit 16000
    ) as c;
end;

grant execute on function pgrerank.term_frequencies_v1(tsvector) to pgrerank_app;
