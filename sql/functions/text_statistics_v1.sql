-- text_statistics_v1: the statistics of a text for BM25, in one pass over its lexemes.
-- Arguments: lexemes, the text's tsvector.
-- Returns: one row: lexeme_count, the length in lexemes including repetitions; term_frequencies, as
--     in term_frequencies_v1, of at most 16,000 lexemes, pgvector's limit: others are not counted.
-- Called by: queries/incoming.sql.
create function pgrerank.text_statistics_v1(lexemes tsvector)
returns table (lexeme_count integer, term_frequencies public.sparsevec)
language sql immutable
begin atomic
    select
        coalesce(sum(c.frequency), 0)::integer as lexeme_count,
        case
            when count(*) <= 16000
                then
                    pgrerank.counted_lexemes_v1(
                        '{'
                        || coalesce(
                            string_agg(
                                c.dimension::text
                                || case c.frequency when 1 then ':1' else ':' || c.frequency end,
                                ','
                            ),
                            ''
                        )
                        || '}/268435456',
                        lexemes
                    )
            else pgrerank.term_frequencies_v1(lexemes)
        end as term_frequencies
    from (
        select
            -- The same as lexeme_index_v1, but faster.
            ('0x' || left(md5(l.lexeme), 7))::integer + 1 as dimension,
            cardinality(l.positions) as frequency
        from unnest(lexemes) as l
        -- Keeps Postgres from computing each dimension twice. sqlfluff cannot read it without
        -- `limit all`.
        limit all offset 0  -- noqa: AM09
    ) as c;
end;

grant execute on function pgrerank.text_statistics_v1(tsvector) to pgrerank_app;
