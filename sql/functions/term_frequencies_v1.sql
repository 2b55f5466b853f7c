-- term_frequencies_v1: how often each lexeme occurs in a text, as a sparse vector.
-- Arguments: lexemes, what to_tsvector made of the text.
-- Returns: counts by lexeme_index_v1, 1 to 255 each: a tsvector keeps no more positions of a
--     lexeme, and keyword_leg_v1 packs three counts into one float. Lexemes that share a dimension
--     are summed. Of more than 16,000 lexemes, which is pgvector's bound, those with the lowest
--     index count.
-- Called by: queries/documents.sql.
create function pgrerank.term_frequencies_v1(lexemes tsvector)
returns public.sparsevec
language sql immutable parallel safe
begin atomic
    select
        (
            '{' || coalesce(string_agg(c.index || ':' || c.frequency, ','), '') || '}/268435456'
        )::public.sparsevec
    from (
        select
            pgrerank.lexeme_index_v1(l.lexeme) as index,
            least(sum(cardinality(l.positions)), 255) as frequency
        from unnest(lexemes) as l
        group by pgrerank.lexeme_index_v1(l.lexeme)
        order by pgrerank.lexeme_index_v1(l.lexeme) asc
        limit 16000
    ) as c;
end;
