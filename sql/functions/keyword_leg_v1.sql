-- keyword_leg_v1: the chunks of a collection that rank best by BM25 for a query.
-- Arguments: collection_id; query, as typed: its words are OR-ed, `word*` matches all words with
--     that prefix, quoted phrases and -exclusions are required in addition; candidates, rows
--     wanted; filter, a predicate on document metadata, or null for none; neither requirements nor
--     filter change the weight of a word; k1, b, title_boost, see domain/retrieval.py; among, the
--     only chunks that may be returned, or null for all.
-- Returns: one row: chunk_ids, best first, ties by id; scores, BM25 (Robertson and Zaragoza 2009,
--     idf as in Lucene; a word in the title counts title_boost times, as in their simple
--     extension to fields), above 0; scan, `gin`, or `no terms` if the query has only stop words,
--     or `gin, phrases relaxed` if no text has all phrases of a query with further words: prose
--     contains quotes too, and a question must not empty the leg, so phrases then count as words.
-- Errors: as current_tenant_v1, if no tenant is set.
-- Called by: hybrid_candidates_v1, leg_positions_v1.
--
-- Runs as the owner and filters by tenant itself: `@@` is not leakproof, so under row-level
-- security the GIN index would not be used.
--
-- Chunks that cannot become candidates are skipped (as in MaxScore, Turtle and Flood 1995, and
-- WAND, Broder and others 2003): a word adds at most its idf, so only chunks whose words can reach
-- the score of the last candidate are needed, and the GIN index finds them by a tsquery of the
-- combinations of words that can. That score is first guessed as half of what all words can add. If
-- the guess was too high, the score found is used, which can only be too low. This requires the
-- chunk counts of frequent words, which collection_word holds. All chunks with a word that is not
-- there, which is rare, are found and counted.
create function pgrerank.keyword_leg_v1(
    collection_id uuid,
    query text,
    candidates integer,
    filter jsonpath default null,
    k1 double precision default 0.9,
    b double precision default 0.4,
    title_boost double precision default 1,
    among uuid[] default null,
    out chunk_ids uuid[],
    out scores double precision[],
    out scan text
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
    configuration regconfig;
    restriction tsquery;
    chunk_count bigint;
    average_length double precision;
    lexemes text[];
    are_prefixes boolean[];
    frequencies integer[];
    counts bigint[];
    ceilings double precision[];
    unknown integer;
    known integer;
    -- what the words behind the sixth known one could add
    beyond double precision;
    guess double precision;
    attempt integer := 0;
    unquoted constant text := regexp_replace(query, '(?<!-)"([^"]+)"', ' \1 ', 'g');
begin
    chunk_ids := '{}';
    scores := '{}';
    scan := 'no terms';
    select c.text_search, s.chunks, s.lexemes / nullif(s.chunks, 0)
    into configuration, chunk_count, average_length
    from pgrerank.collection as c
    cross join lateral (
        select sum(z.chunks) as chunks, sum(z.lexemes)::float8 as lexemes
        from pgrerank.collection_size as z
        where z.tenant_id = tenant and z.collection_id = keyword_leg_v1.collection_id
    ) as s
    where c.tenant_id = tenant and c.id = keyword_leg_v1.collection_id;
    select
        array_agg(t.lexeme),
        array_agg(t.is_prefix),
        array_agg(t.frequency),
        array_agg(t.known),
        array_agg(
            t.frequency * ln(1 + (greatest(chunk_count - t.known, 0) + 0.5) / (t.known + 0.5))
        ),
        count(*) filter (where t.known is null)
    into lexemes, are_prefixes, frequencies, counts, ceilings, unknown
    from (
        select q.*, n.known
        from pgrerank.query_terms_v1(configuration, query) as q
        left join lateral (
            select sum(s.chunks[p.place]) as known
            from pgrerank.collection_word as w
            cross join lateral array_position(w.lexemes, q.lexeme) as p (place)
            inner join pgrerank.collection_word as s
                on w.tenant_id = s.tenant_id and w.collection_id = s.collection_id
            where
                w.tenant_id = tenant
                and w.collection_id = keyword_leg_v1.collection_id
                and w.shard = -1
                and w.chunks[p.place] is not null
                and not q.is_prefix
        ) as n on true
        order by n.known asc nulls first, q.lexeme asc
    ) as t;
    if lexemes is null then
        return;
    end if;
    scan := 'gin';
    if average_length is null then
        return;
    end if;
    restriction := pgrerank.query_restriction_v1(configuration, query);
    if among is not null then
        counts := pgrerank.lexeme_counts_v1(tenant, collection_id, lexemes, are_prefixes, counts);
    end if;
    known := least(cardinality(lexemes), unknown + 6);
    beyond := coalesce((select sum(u.ceiling) from unnest(ceilings[known + 1:]) as u (ceiling)), 0);
    guess := case
        when among is not null then 0
        when unknown > 0 then 'infinity'
        else (select sum(u.ceiling) / 2 from unnest(ceilings) as u (ceiling))
    end;
    loop
        attempt := attempt + 1;
        select f.chunk_ids, f.scores
        into chunk_ids, scores
        from pgrerank.bm25_v1(
            tenant, collection_id, lexemes, are_prefixes, frequencies, counts,
            case
                when guess <= beyond then pgrerank.any_of_v1(lexemes, are_prefixes)
                else concat_ws(
                    ' | ',
                    pgrerank.any_of_v1(lexemes[:unknown], are_prefixes[:unknown])::text,
                    pgrerank.worth_finding_v1(
                        lexemes[unknown + 1:known], ceilings[unknown + 1:known], guess - beyond
                    )::text
                )::tsquery
            end,
            among, restriction, filter, candidates, chunk_count, average_length, k1, b, title_boost,
            configuration
        ) as f;
        exit when
            guess <= beyond or guess <= coalesce(scores[candidates], 0)
            or unknown = cardinality(lexemes);
        guess := case
            when scores[candidates] is not null then scores[candidates]
            when attempt = 1 and unknown = 0 then guess / 2
            else 0
        end;
    end loop;
    if
        chunk_ids = '{}' and unquoted <> query
        and exists (
            select from pgrerank.query_terms_v1(
                configuration, regexp_replace(query, '-?"[^"]+"', ' ', 'g')
            )
        )
    then
        select l.chunk_ids, l.scores, 'gin, phrases relaxed'
        into chunk_ids, scores, scan
        from pgrerank.keyword_leg_v1(
            collection_id, unquoted, candidates, filter, k1, b, title_boost, among
        ) as l;
    end if;
end
$$;
