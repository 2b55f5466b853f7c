-- query_terms_v1: the lexemes of a query, each with how often it occurs there.
-- Arguments: configuration, the text search configuration of the collection; words, the query
--     without its exclusions.
-- Returns: the first 128 distinct lexemes, in order: as the embedder does, the keyword leg reads
--     the beginning of an overlong query. `probe` picks the lexeme's count out of a chunk's
--     term_frequencies as an inner product.
-- Called by: keyword_leg_v1.
create function pgrerank.query_terms_v1(configuration regconfig, words text)
returns table (lexeme text, term integer, frequency integer, probe public.sparsevec)
language sql immutable
begin atomic
    select
        l.lexeme,
        row_number() over (order by l.positions[1], l.lexeme)::integer as term,
        cardinality(l.positions) as frequency,
        ('{' || pgrerank.lexeme_index_v1(l.lexeme) || ':1}/268435456')::public.sparsevec as probe
    from unnest(to_tsvector(configuration, words)) as l
    order by l.positions[1] asc, l.lexeme asc
    limit 128;
end;
