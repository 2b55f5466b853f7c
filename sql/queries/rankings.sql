-- Runtime statements of storage/rankings.py.

-- record --
-- Insert a ranking with its candidates in final order.
insert into pgrerank.rerank_log (
    tenant_id,
    created_at,
    id,
    collection_id,
    collection_name,
    query,
    strategy,
    profile,
    knobs,
    status,
    reason,
    depth,
    limit_,
    returned,
    embedder_id,
    reranker_id,
    dense_requested,
    dense_returned,
    dense_scan,
    keyword_requested,
    keyword_returned,
    keyword_scan,
    timings_ms,
    cut,
    source,
    chunk_ids,
    dense_ranks,
    dense_scores,
    keyword_ranks,
    keyword_scores,
    fused_ranks,
    fused_scores,
    rerank_scores,
    relevances,
    truncated,
    final_ranks,
    cascade_id,
    cascade_scores,
    base_parts,
    reranker_parts,
    similarity_parts,
    words_parts,
    agreement_parts,
    sparse_requested,
    sparse_returned,
    sparse_scan,
    sparse_ranks,
    sparse_scores,
    calibration_id,
    answerable,
    boosts,
    key_id,
    end_user_id,
    warnings
)
values (
    %(tenant_id)s,
    %(created_at)s,
    %(id)s,
    %(collection_id)s,
    %(collection_name)s,
    %(query)s,
    %(strategy)s,
    %(profile)s,
    %(knobs)s,
    %(status)s,
    %(reason)s,
    %(depth)s,
    %(limit_)s,
    %(returned)s,
    %(embedder_id)s,
    %(reranker_id)s,
    %(dense_requested)s,
    %(dense_returned)s,
    %(dense_scan)s,
    %(keyword_requested)s,
    %(keyword_returned)s,
    %(keyword_scan)s,
    %(timings_ms)s,
    %(cut)s,
    'search',
    %(chunk_ids)s::uuid[],
    %(dense_ranks)s::smallint[],
    %(dense_scores)s::real[],
    %(keyword_ranks)s::smallint[],
    %(keyword_scores)s::real[],
    %(fused_ranks)s::smallint[],
    %(fused_scores)s::real[],
    %(rerank_scores)s::double precision[],
    %(relevances)s::real[],
    %(truncated)s::boolean[],
    %(final_ranks)s::smallint[],
    %(cascade_id)s,
    %(cascade_scores)s::double precision[],
    %(base_parts)s::double precision[],
    %(reranker_parts)s::double precision[],
    %(similarity_parts)s::double precision[],
    %(words_parts)s::double precision[],
    %(agreement_parts)s::double precision[],
    %(sparse_requested)s,
    %(sparse_returned)s,
    %(sparse_scan)s,
    %(sparse_ranks)s::smallint[],
    %(sparse_scores)s::real[],
    %(calibration_id)s::uuid,
    %(answerable)s,
    %(boosts)s::double precision[],
    %(key_id)s,
    %(end_user_id)s,
    %(warnings)s::text[]
);

-- keeps_texts --
-- Whether the log keeps the texts of the tenant's supplied documents.
select t.keep_texts
from pgrerank.tenant as t
where t.id = %(tenant_id)s;

-- record_supplied --
-- Insert a ranking of supplied documents, in final order. No leg found them, so they have no chunks
-- and no scores of legs; their position in the request is stored as the fused rank.
insert into pgrerank.rerank_log (
    tenant_id,
    created_at,
    id,
    collection_id,
    collection_name,
    query,
    strategy,
    profile,
    knobs,
    status,
    reason,
    depth,
    limit_,
    returned,
    reranker_id,
    timings_ms,
    cut,
    source,
    chunk_ids,
    dense_ranks,
    dense_scores,
    keyword_ranks,
    keyword_scores,
    fused_ranks,
    fused_scores,
    rerank_scores,
    relevances,
    truncated,
    final_ranks,
    calibration_id,
    answerable,
    dialect,
    document_hashes,
    document_texts,
    boosts,
    key_id,
    end_user_id,
    warnings
)
values (
    %(tenant_id)s,
    %(created_at)s,
    %(id)s,
    %(collection_id)s,
    %(collection_name)s,
    %(query)s,
    'none',
    'none',
    %(knobs)s,
    %(status)s,
    %(reason)s,
    %(depth)s,
    %(limit_)s,
    %(returned)s,
    %(reranker_id)s,
    %(timings_ms)s,
    %(cut)s,
    'api',
    array_fill(null::uuid, array[%(documents)s::integer]),
    array_fill(null::smallint, array[%(documents)s::integer]),
    array_fill(null::real, array[%(documents)s::integer]),
    array_fill(null::smallint, array[%(documents)s::integer]),
    array_fill(null::real, array[%(documents)s::integer]),
    %(places)s::smallint[],
    array_fill(null::real, array[%(documents)s::integer]),
    %(rerank_scores)s::double precision[],
    %(relevances)s::real[],
    %(truncated)s::boolean[],
    %(final_ranks)s::smallint[],
    %(calibration_id)s::uuid,
    %(answerable)s,
    %(dialect)s,
    %(document_hashes)s::bytea[],
    %(document_texts)s::text[],
    %(boosts)s::double precision[],
    %(key_id)s,
    %(end_user_id)s,
    %(warnings)s::text[]
);

-- make_partitions --
-- Create missing partitions around the present month; returns PostgreSQL's current time.
select clock_timestamp() as instant
from pgrerank.ensure_log_partitions_v1(1);

-- get --
-- A ranking. Its id contains its time, which determines the partition.
select
    l.id,
    l.created_at,
    l.collection_name,
    l.query,
    l.strategy,
    l.profile,
    l.knobs,
    l.source,
    l.dialect,
    l.status,
    l.reason,
    l.depth as scored,
    e.name as embedder,
    r.name as reranker,
    r.fingerprint as reranker_fingerprint,
    f.name as cascade_model,
    l.dense_requested,
    l.dense_returned,
    l.dense_scan,
    l.keyword_requested,
    l.keyword_returned,
    l.keyword_scan,
    l.sparse_requested,
    l.sparse_returned,
    l.sparse_scan,
    l.timings_ms,
    l.cut,
    l.calibration_id,
    l.answerable,
    l.returned,
    l.key_id,
    l.end_user_id,
    l.warnings,
    l.chunk_ids,
    l.dense_ranks,
    l.dense_scores,
    l.keyword_ranks,
    l.keyword_scores,
    l.fused_ranks,
    l.fused_scores,
    l.rerank_scores,
    l.relevances,
    l.truncated,
    l.final_ranks,
    l.cascade_scores,
    l.base_parts,
    l.reranker_parts,
    l.similarity_parts,
    l.words_parts,
    l.agreement_parts,
    l.sparse_ranks,
    l.sparse_scores,
    l.boosts,
    l.document_hashes,
    l.document_texts,
    cardinality(array_remove(l.cascade_scores, null)) as cascade_scored
from pgrerank.rerank_log as l
left join pgrerank.model as e on l.embedder_id = e.id
left join pgrerank.model as r on l.reranker_id = r.id
left join pgrerank.model as f on l.cascade_id = f.id
where
    l.tenant_id = %(tenant_id)s
    and l.created_at = %(created_at)s
    and l.id = %(id)s;

-- page --
-- Rankings before (`before_instant`, `before_id`), if given, newest first, without candidates.
select
    l.id,
    l.created_at,
    l.collection_name,
    l.query,
    l.strategy,
    l.profile,
    l.knobs,
    l.source,
    l.dialect,
    l.status,
    l.reason,
    l.depth as scored,
    e.name as embedder,
    r.name as reranker,
    r.fingerprint as reranker_fingerprint,
    f.name as cascade_model,
    l.dense_requested,
    l.dense_returned,
    l.dense_scan,
    l.keyword_requested,
    l.keyword_returned,
    l.keyword_scan,
    l.sparse_requested,
    l.sparse_returned,
    l.sparse_scan,
    l.timings_ms,
    l.cut,
    l.calibration_id,
    l.answerable,
    l.returned,
    l.key_id,
    l.end_user_id,
    l.warnings,
    cardinality(array_remove(l.cascade_scores, null)) as cascade_scored
from pgrerank.rerank_log as l
left join pgrerank.model as e on l.embedder_id = e.id
left join pgrerank.model as r on l.reranker_id = r.id
left join pgrerank.model as f on l.cascade_id = f.id
where
    l.tenant_id = %(tenant_id)s
    and (%(collection)s::text is null or l.collection_name = %(collection)s::text)
    and (%(source)s::text is null or l.source = %(source)s::text)
    and (%(status)s::text is null or l.status = %(status)s::text)
    and l.created_at >= coalesce(%(since)s::timestamptz, '-infinity')
    and l.created_at < coalesce(%(until)s::timestamptz, 'infinity')
    and (
        %(before_id)s::uuid is null
        or (l.created_at, l.id) < (%(before_instant)s::timestamptz, %(before_id)s::uuid)
    )
order by l.created_at desc, l.id desc
limit %(row_count)s;
