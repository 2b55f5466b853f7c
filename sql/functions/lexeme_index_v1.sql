-- lexeme_index_v1: the dimension of term_frequencies that counts a lexeme.
-- Arguments: lexeme, as to_tsvector returns it.
-- Returns: 1 to 268,435,456; two of a query's ten lexemes share one with a probability of 2e-7.
-- Called by: term_frequencies_v1, text_statistics_v1, bm25_v1, sparse_vector_v1.
create function pgrerank.lexeme_index_v1(lexeme text)
returns integer
language sql immutable parallel safe
begin atomic
    select ('x' || left(md5(lexeme), 7))::bit(28)::integer + 1;
end;

grant execute on function pgrerank.lexeme_index_v1(text) to pgrerank_app;
