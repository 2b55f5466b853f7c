-- prefix_frequency_v1: how often words that begin alike occur in a text.
-- Arguments: lexemes, what to_tsvector made of the text; prefix, of lexemes.
-- Called by: statements that bm25_v1 makes.
create function pgrerank.prefix_frequency_v1(lexemes tsvector, prefix text)
returns integer
language sql immutable parallel safe
begin atomic
    select coalesce(sum(cardinality(l.positions)), 0)::integer
    from unnest(lexemes) as l
    where starts_with(l.lexeme, prefix);
end;
