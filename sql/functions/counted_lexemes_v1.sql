-- counted_lexemes_v1: counts of lexemes, out of what describes them, as a sparse vector.
-- Arguments: described, the counts as pgvector writes a sparsevec, in any order; lexemes, what
--     to_tsvector made of the text that they are of.
-- Returns: as term_frequencies_v1 of the lexemes.
-- Called by: text_statistics_v1.
--
-- pgvector refuses a vector that names one dimension twice, which one chunk in 60,000 would need.
-- It finds that out anyway, where to look for it first takes every chunk twice as long as to catch
-- the refusal.
create function pgrerank.counted_lexemes_v1(described text, lexemes tsvector)
returns public.sparsevec
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    return described::public.sparsevec;
exception
    when data_exception then
        return pgrerank.term_frequencies_v1(lexemes);
end
$$;

grant execute on function pgrerank.counted_lexemes_v1(text, tsvector) to pgrerank_app;
