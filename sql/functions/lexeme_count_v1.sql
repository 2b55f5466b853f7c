-- lexeme_count_v1: the length of a text in lexemes, repeated ones counted each time.
-- Arguments: lexemes, what to_tsvector made of the text.
-- Called by: queries/documents.sql.
create function pgrerank.lexeme_count_v1(lexemes tsvector)
returns integer
language sql immutable parallel safe
begin atomic
    select coalesce(sum(cardinality(l.positions)), 0)::integer
    from unnest(lexemes) as l;
end;

grant execute on function pgrerank.lexeme_count_v1(tsvector) to pgrerank_app;
