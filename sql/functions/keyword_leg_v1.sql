-- keyword_leg_v1: the chunks of a collection that rank best by BM25 for a query.
-- Arguments: collection_id; query, as typed: its words are OR-ed, quoted phrases and -exclusions
--     are demanded on top; candidates, rows wanted; filter, a predicate on document metadata, or
--     null for none. Neither demands nor filter change what a word weighs.
-- Returns: one row: chunk_ids, best first, ties by id; scores, BM25 (k1 0.9, b 0.4; Robertson and
--     Zaragoza 2009, idf as in Lucene), above 0; scan, `gin`, or `no terms` where the query holds
--     stop words only, or `gin, phrases relaxed` where no text holds all phrases of a query that
--     has words beside them: prose quotes too, and a question must not empty the leg, so its
--     phrases then count as words.
-- Errors: as current_tenant_v1, where no tenant is set.
-- Called by: hybrid_candidates_v1.
--
-- Security definer: `@@` is not leakproof, so under row-level security the GIN index would not be
-- used. plpgsql: its statements are planned for the values at hand, see plan_cache_mode. The
-- planner takes `@@` to be cheap, though each call unpacks a tsvector, and would read the whole
-- collection by its other index: hence the last three settings, which leave it the bitmaps of
-- both indexes (60 ms become 32 for four frequent words in 17,000 of 85,000 chunks). The inner
-- product appears twice, since one to filter and one to count cost less than carrying the pairs
-- of chunk and term that do not match.
create function pgrerank.keyword_leg_v1(
    collection_id uuid,
    query text,
    candidates integer,
    filter jsonpath default null,
    out chunk_ids uuid[],
    out scores double precision[],
    out scan text
)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
set jit = off
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_indexscan = off
set cpu_operator_cost = 0.02
as $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
    configuration constant regconfig := (
        select c.text_search from pgrerank.collection as c
        where c.tenant_id = tenant and c.id = keyword_leg_v1.collection_id
    );
    words constant text := pgrerank.query_words_v1(query);
    restriction constant tsquery := pgrerank.query_restriction_v1(configuration, query);
    any_term constant tsquery := pgrerank.any_of_v1(array(
        select t.lexeme from pgrerank.query_terms_v1(configuration, words) as t
    ));
    beside_phrases constant text := regexp_replace(words, '"[^"]+"', ' ', 'g');
    unquoted constant text := regexp_replace(query, '(?<!-)"([^"]+)"', ' \1 ', 'g');
    chunk_count bigint;
    average_length double precision;
begin
    chunk_ids := '{}';
    scores := '{}';
    scan := case when any_term is null then 'no terms' else 'gin' end;
    select sum(s.chunks), sum(s.lexemes)::double precision / nullif(sum(s.chunks), 0)
    into chunk_count, average_length
    from pgrerank.collection_size as s
    where s.tenant_id = tenant and s.collection_id = keyword_leg_v1.collection_id;
    if any_term is null or chunk_count is null then
        return;
    end if;
    with term as materialized (
        select * from pgrerank.query_terms_v1(configuration, words)
    ),
    posting as materialized (
        select
            c.id,
            c.document_id,
            restriction is null or c.tsv @@ restriction as is_allowed,
            t.term,
            -(c.term_frequencies operator(public.<#>) t.probe) as tf,
            0.9::float8 * (0.6::float8 + 0.4::float8 * c.lexeme_count / average_length) as norm
        from pgrerank.chunk as c
        inner join term as t on c.term_frequencies operator(public.<#>) t.probe < 0
        where
            c.tenant_id = tenant
            and c.collection_id = keyword_leg_v1.collection_id
            and c.tsv @@ any_term
    ),
    weight as materialized (
        select
            t.term,
            t.frequency * ln(
                1 + (greatest(chunk_count - count(*), 0) + 0.5::float8) / (count(*) + 0.5::float8)
            ) as idf
        from posting as p
        inner join term as t on p.term = t.term
        group by t.term, t.frequency
    ),
    scored as (
        select p.id, p.document_id, sum(w.idf * p.tf / (p.tf + p.norm)) as score
        from posting as p
        inner join weight as w on p.term = w.term
        where p.is_allowed
        group by p.id, p.document_id
    ),
    best as (
        select s.id, s.score
        from scored as s
        where filter is null or exists (
            select from pgrerank.document as d
            where d.tenant_id = tenant and d.id = s.document_id and d.metadata @@ filter
        )
        order by s.score desc, s.id asc
        limit candidates
    )
    select
        coalesce(array_agg(b.id order by b.score desc, b.id asc), '{}'),
        coalesce(array_agg(b.score order by b.score desc, b.id asc), '{}')
    into chunk_ids, scores
    from best as b;
    if
        chunk_ids = '{}' and unquoted <> query
        and exists (select from pgrerank.query_terms_v1(configuration, beside_phrases))
    then
        select l.chunk_ids, l.scores, 'gin, phrases relaxed'
        into chunk_ids, scores, scan
        from pgrerank.keyword_leg_v1(collection_id, unquoted, candidates, filter) as l;
    end if;
end
$$;
