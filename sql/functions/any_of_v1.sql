-- any_of_v1: the tsquery that finds texts with at least one of some lexemes.
-- Arguments: lexemes, as to_tsvector returns them, which are quoted; are_prefixes, for each whether
--     it stands for all lexemes that begin with it.
-- Returns: the tsquery; null for no lexemes.
-- Called by: keyword_leg_v1, lexeme_counts_v1, worth_finding_v1.
create function pgrerank.any_of_v1(lexemes text[], are_prefixes boolean[])
returns tsquery
language sql immutable
begin atomic
    select
        string_agg(
            '''' || replace(replace(l.lexeme, '\', '\\'), '''', '''''') || ''''
            || case when l.is_prefix then ':*' else '' end,
            ' | ' order by l.lexeme
        )::tsquery
    from unnest(lexemes, are_prefixes) as l (lexeme, is_prefix);
end;
