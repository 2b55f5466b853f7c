-- text_statistics_v1: what BM25 needs of a text, in one pass over its lexemes.
-- Arguments: lexemes, what to_tsvector made of the text.
-- Returns: one row: lexeme_count, the length in lexemes, repeated ones counted each time;
--     term_frequencies, as term_frequencies_v1 has them, of at most 16,000 lexemes, which is
--     pgvector's bound: others are not counted.
-- Called by: queries/documents.sql.
create function pgrerank.text_statistics_v1(lexemes tsvector)
returns table (lexeme_count integer, term_frequencies public.sparsevec)
language sql immutable parallel safe
begin atomic
    with counted as (
        select
            pgrerank.lexeme_index_v1(l.lexeme) as dimension,
            sum(cardinality(l.positions)) as frequency
        from unnest(lexemes) as l
        group by pgrerank.lexeme_index_v1(l.lexeme)
        limit 16000  -- noqa: AM09
    )

    select
        coalesce(sum(c.frequency), 0)::integer as lexeme_count,
        (
            '{'
            || coalesce(string_agg(c.dimension || ':' || c.frequency, ','), '')
            || '}/268435456'
        )::public.sparsevec as term_frequencies
    from counted as c;
end;

grant execute on function pgrerank.text_statistics_v1(tsvector) to pgrerank_app;
