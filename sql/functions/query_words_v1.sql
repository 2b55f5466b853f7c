-- query_words_v1: a query without the words and phrases it excludes.
-- Arguments: query. A minus excludes only at the beginning of a word and before a letter or quoted
--     phrase, so `-5` and `state-of-the-art` exclude nothing.
-- Called by: query_terms_v1, query_restriction_v1.
create function pgrerank.query_words_v1(query text)
returns text
language sql immutable
begin atomic
    select regexp_replace(query, '(?<!\S)-("[^"]+"|[[:alpha:]]\S*)', ' ', 'g');
end;
