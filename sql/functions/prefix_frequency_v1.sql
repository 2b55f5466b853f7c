-- prefix_frequency_v1: how often words with a prefix occur in a text.
-- Arguments: lexemes, the text's tsvector; prefix, of lexemes.
-- Called by: the dynamic statement of bm25_v1.
create function pgrerank.prefix_frequency_v1(lexemes tsvector, prefix text)
returns integer
language sql immutable parallel safe
begin atomic
    select coalesce(sum(cardinality(l.positions)), 0)::integer
    from unnest(lexemes) as l
    where starts_with(l.lexeme, prefix);
end;
