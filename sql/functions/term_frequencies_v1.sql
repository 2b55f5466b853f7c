-- term_frequencies_v1: how often each lexeme occurs in a text, as a sparse vector.
-- Arguments: lexemes, the text's tsvector.
-- Returns: counts by lexeme_index_v1, at least 1; PostgreSQL counts at most 255 for a lexeme.
--     Counts of lexemes that share a dimension are summed. If there are more than 16,000,
--     pgvector's limit, those with the lowest index are kept.
-- Called by: bm25_v1, text_statistics_v1, counted_lexemes_v1, queries/incoming.sql,
-- queries/words.sql.
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
