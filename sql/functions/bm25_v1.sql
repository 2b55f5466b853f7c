-- bm25_v1: the best chunks by BM25 among some chunks of a collection.
-- Arguments: tenant_id; collection_id; lexemes, are_prefixes, frequencies and counts, parallel
--     arrays of the query's terms: how often each occurs in the query, and in how many chunks, null
--     if that must be counted; finder, tsquery of the chunks to read, which must match all chunks
--     with a term whose count is null; among, chunk ids instead of a finder, or null; restriction,
--     a condition on texts, or null; filter, a predicate on document metadata, or null; candidates,
--     rows wanted; chunk_count and average_length of the collection; k1, b, title_boost; its text
--     search configuration, for titles whose words were not counted when they were stored.
-- Returns: chunk ids, best first, ties by id, and their scores, all above 0.
-- Called by: keyword_leg_v1.
--
-- Dynamic SQL, because a sum written out for the query's terms reads each chunk once, while a join
-- of chunks and terms has a row for every pair. Only numbers and quoted literals are formatted into
-- it. The planner underestimates `@@`, which unpacks a tsvector for each row, and would use only
-- the collection's index: the settings leave it only bitmap scans of both indexes. `offset 0`
-- avoids computing an inner product once for each reference to it. Counted weights are
-- materialized, since a planner without statistics expects one chunk and would recount for each.
create function pgrerank.bm25_v1(
    tenant_id uuid,
    collection_id uuid,
    lexemes text[],
    are_prefixes boolean[],
    frequencies integer[],
    counts bigint[],
    finder tsquery,
    among uuid[],
    restriction tsquery,
    filter jsonpath,
    candidates integer,
    chunk_count bigint,
    average_length double precision,
    k1 double precision,
    b double precision,
    title_boost double precision,
    configuration regconfig,
    out chunk_ids uuid[],
    out scores double precision[]
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set jit = off
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_indexscan = off
set cpu_operator_cost = 0.02
set work_mem = '64MB'
as $$
declare
    tf text;
    weight text;
    score text;
    statement text;
begin
    select
        string_agg(
            format(
                case
                    when t.is_prefix then 'pgrerank.prefix_frequency_v1(c.tsv, %1$L)'
                    when title_boost = 1
                        then '-(c.term_frequencies operator(public.<#>) %2$L::public.sparsevec)'
                    else '-(c.term_frequencies operator(public.<#>) %2$L::public.sparsevec)'
                        || ' - coalesce(i.title operator(public.<#>)'
                        || ' %2$L::public.sparsevec, 0) * (%3$s::float8)'
                end || ' as t%4$s',
                t.lexeme,
                '{' || pgrerank.lexeme_index_v1(t.lexeme) || ':1}/268435456',
                title_boost - 1,
                t.place
            ),
            ', '
        ),
        string_agg(
            format(
                '%1$s * ln(1 + (greatest($1 - count(*) filter (where h.t%2$s > 0), 0) + 0.5::float8)'
                || ' / (count(*) filter (where h.t%2$s > 0) + 0.5::float8)) as w%2$s',
                t.frequency, t.place
            ),
            ', '
        ) filter (where t.known is null),
        string_agg(
            format(
                '%1$s * h.t%2$s / (h.t%2$s + h.norm)',
                coalesce(
                    (
                        t.frequency
                        * ln(1 + (greatest(chunk_count - t.known, 0) + 0.5) / (t.known + 0.5))
                    )::float8::text || '::float8',
                    'w.w' || t.place
                ),
                t.place
            ),
            ' + '
        )
    into tf, weight, score
    from
        unnest(lexemes, are_prefixes, frequencies, counts)
        with ordinality as t (lexeme, is_prefix, frequency, known, place);
    statement := 'with hit as (select c.id, c.document_id, '
        || 'greatest($2 + $3 * c.lexeme_count, 1e-9::float8) as norm, '
        || case
            when restriction is null then 'true'
            else 'c.tsv operator(pg_catalog.@@) $4'
        end || ' as is_allowed, ' || tf
        || ' from pgrerank.chunk as c'
        || case
            -- As queries/incoming.sql counts a title, and queries/words.sql.
            when title_boost <> 1
                then ' cross join lateral (select coalesce(c.title_frequencies, ('
                    || 'select pgrerank.term_frequencies_v1(to_tsvector($11,'
                    || ' pgrerank.text_words_v1(left(d.title, 200), false)))'
                    || ' from pgrerank.document as d where d.tenant_id = c.tenant_id'
                    || ' and d.id = c.document_id)) as title offset 0) as i'
            else ''
        end || ' where c.tenant_id = $5 and c.collection_id = $6 and '
        || case
            when among is null then 'c.tsv operator(pg_catalog.@@) $7'
            else 'c.id = any($8)'
        end || ' offset 0)'
        || coalesce(', w as materialized (select ' || weight || ' from hit as h)', '')
        || ', best as (select h.id, ' || score || ' as score from hit as h'
        || case when weight is null then '' else ' cross join w' end
        || ' where h.is_allowed'
        || case
            when filter is null then ''
            else ' and exists (select from pgrerank.document as d'
                || ' where d.tenant_id = $5 and d.id = h.document_id'
                || ' and d.metadata operator(pg_catalog.@@) $9)'
        end || ' order by score desc, h.id asc limit $10)'
        || ' select coalesce(array_agg(b.id order by b.score desc, b.id asc), ''{}''),'
        || ' coalesce(array_agg(b.score order by b.score desc, b.id asc), ''{}'')'
        || ' from best as b where b.score > 0';
    execute statement
    into chunk_ids, scores
    using
        chunk_count,
        k1 * (1 - b),
        k1 * b / average_length,
        restriction,
        tenant_id,
        collection_id,
        finder,
        among,
        filter,
        candidates,
        configuration;
end
$$;
