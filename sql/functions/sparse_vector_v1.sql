-- sparse_vector_v1: learned weights of words as a sparse vector.
-- Arguments: tokens, as the model writes them; weights, a parallel array.
-- Returns: weights by lexeme_index_v1 of the token, summed for tokens that share one, without
--     zeros; if there are more than 1,000, the largest.
-- Called by: queries/incoming.sql, queries/candidates.sql.
create function pgrerank.sparse_vector_v1(tokens text[], weights real[])
returns public.sparsevec
language sql immutable parallel safe
begin atomic
    select
        (
            '{'
            || coalesce(string_agg(w.dimension || ':' || w.weight, ',' order by w.dimension), '')
            || '}/268435456'
        )::public.sparsevec
    from (
        select
            pgrerank.lexeme_index_v1(t.token) as dimension,
            sum(t.weight) as weight
        from unnest(tokens, weights) as t (token, weight)
        group by pgrerank.lexeme_index_v1(t.token)
        having sum(t.weight) <> 0
        order by sum(t.weight) desc, pgrerank.lexeme_index_v1(t.token) asc
        limit 1000
    ) as w;
end;

grant execute on function pgrerank.sparse_vector_v1(text[], real[]) to pgrerank_app;
