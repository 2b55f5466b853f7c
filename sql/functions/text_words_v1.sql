-- text_words_v1: a text as the text search configuration of a collection is to read it.
-- Arguments: content, a text or words of a query; is_query, whether it is searched for, not stored.
-- Returns: the text with character_pairs_v1 where it has no spaces between words, of its first
--     25,000 characters then: a tsvector cannot hold more pairs. Dotted names such as
--     `threading.Timer`, which Postgres' parser takes for the names of hosts and files, are in
--     parts; not `and/or`: that lost 0.001 nDCG@10 on cacm.
-- Called by: query_terms_v1, query_restriction_v1, bm25_v1, queries/incoming.sql,
--     queries/words.sql, that is by all that read texts and queries, so that these meet.
--
-- Text in ASCII, which has as many bytes as characters, is not looked through for other scripts.
-- For 900 characters without names this takes 5 µs, a replacement with lookbehind 50.
create function pgrerank.text_words_v1(content text, is_query boolean)
returns text
language sql immutable parallel safe
begin atomic
    with spaced as (
        select
            case
                when
                    octet_length(content) <> length(content)
                    and content ~ ('[' || pgrerank.unspaced_letters_v1(false) || ']')
                    then pgrerank.character_pairs_v1(left(content, 25000), is_query)
                else content
            end as words
    )

    select
        case
            when s.words ~ '[[:alnum:]_]\.[[:alnum:]_]'
                then
                    regexp_replace(
                        s.words,
                        '([[:alnum:]_]{2})\.([[:alpha:]_])|([[:alpha:]_])\.([[:alnum:]_]{2})',
                        '\1\3 \2\4',
                        'g'
                    )
            else s.words
        end
    from spaced as s;
end;

grant execute on function pgrerank.text_words_v1(text, boolean) to pgrerank_app;
