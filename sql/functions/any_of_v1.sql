-- any_of_v1: the tsquery that finds texts with at least one of some lexemes.
-- Arguments: lexemes, as to_tsvector gives them; whatever they hold is quoted.
-- Returns: null for no lexemes.
-- Called by: keyword_leg_v1.
create function pgrerank.any_of_v1(lexemes text[])
returns tsquery
language sql immutable
begin atomic
    select
        string_agg(
            '''' || replace(replace(l.lexeme, '\', '\\'), '''', '''''') || '''',
            ' | ' order by l.lexeme
        )::tsquery
    from unnest(lexemes) as l (lexeme);
end;
