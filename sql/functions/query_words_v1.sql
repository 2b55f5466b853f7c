-- query_words_v1: a query without the words and phrases it excludes.
-- Arguments: query. A minus excludes where it begins a word and a letter or a quoted phrase
--     follows, so that `-5` and `state-of-the-art` mean what they say.
-- Called by: query_terms_v1, query_restriction_v1.
create function pgrerank.query_words_v1(query text)
returns text
language sql immutable
begin atomic
    select regexp_replace(query, '(?<!\S)-("[^"]+"|[[:alpha:]]\S*)', ' ', 'g');
end;
