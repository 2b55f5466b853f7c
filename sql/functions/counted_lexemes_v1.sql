-- counted_lexemes_v1: counts of lexemes, given as text, as a sparse vector.
-- Arguments: described, the counts in the text format of sparsevec, in any order; lexemes, the
--     tsvector of the same text.
-- Returns: the same as term_frequencies_v1 of the lexemes.
-- Called by: text_statistics_v1.
--
-- pgvector refuses a vector that repeats a dimension, as in one chunk of 60,000. Catching its error
-- takes half the time of a check of every chunk beforehand.
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
