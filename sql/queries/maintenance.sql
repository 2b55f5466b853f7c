-- Runtime statements of storage/maintenance.py, run as the owner.

-- ensure_partitions --
-- Create the log's partitions up to `months_ahead` from now; returns how many were missing.
select pgrerank.ensure_log_partitions_v1(%(months_ahead)s) as made;

-- drop_partitions --
-- Drop the log's partitions that are older than `months`; returns their names.
select d.partition_name
from pgrerank.drop_log_partitions_before_v1(%(months)s) as d (partition_name)
order by d.partition_name;

-- allow_memory --
-- Let an index build keep its graph in memory, which makes it three times as fast.
select set_config('maintenance_work_mem', %(megabytes)s::text || 'MB', false);

-- allow_time --
-- Disable timeouts, since index builds may take long.
select set_config('statement_timeout', '0', false);

-- wanted_indexes --
-- HNSW indexes that large collections lack, or whose build failed, with the statement that creates
-- each; for both sets of vectors, if there is a second one that is not being filled.
with size as (
    select
        z.tenant_id,
        z.collection_id,
        sum(z.chunks)::bigint as chunks
    from pgrerank.collection_size as z
    group by z.tenant_id, z.collection_id
),

embedder as (
    select
        c.tenant_id,
        c.id as collection_id,
        c.name,
        c.embedder_id as model_id
    from pgrerank.collection as c
    union all
    select
        c.tenant_id,
        c.id as collection_id,
        c.name,
        c.second_embedder_id as model_id
    from pgrerank.collection as c
    where c.second_state <> 'filling'
)

select
    e.name as collection,
    s.chunks,
    pgrerank.embedding_index_v1(e.collection_id, m.id) as index_name,
    format(
        'create index concurrently %%I on pgrerank.chunk_embedding '
        'using hnsw ((%%I::public.halfvec(%%s)) public.halfvec_cosine_ops) '
        'where tenant_id = %%L::uuid and collection_id = %%L::uuid and model_id = %%L::uuid',
        pgrerank.embedding_index_v1(e.collection_id, m.id),
        case when m.dimensions > 2000 then 'half' else 'embedding' end,
        m.dimensions,
        e.tenant_id,
        e.collection_id,
        m.id
    ) as statement
from embedder as e
inner join pgrerank.model as m on e.model_id = m.id
inner join size as s
    on
        e.tenant_id = s.tenant_id
        and e.collection_id = s.collection_id
where
    s.chunks > %(above)s
    and m.dimensions <= 4000
    and not exists (
        select 1
        from pg_catalog.pg_index as i
        inner join pg_catalog.pg_class as r on i.indexrelid = r.oid
        where
            r.relnamespace = 'pgrerank'::regnamespace
            and r.relname = pgrerank.embedding_index_v1(e.collection_id, m.id)
            and i.indisvalid
    )
order by s.chunks, e.collection_id, m.id;

-- unwanted_indexes --
-- HNSW indexes of failed builds, of embedders no longer in use, of deleted collections and of those
-- that shrank to half of the size that needs one, with the statement that drops each.
select
    r.relname as index_name,
    format('drop index concurrently pgrerank.%%I', r.relname) as statement
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as r on i.indexrelid = r.oid
where
    i.indrelid = 'pgrerank.chunk_embedding'::regclass
    and starts_with(r.relname, 'ix_chunk_embedding_hnsw_')
    and (
        not i.indisvalid
        or r.relname not in (
            select pgrerank.embedding_index_v1(c.id, u.model_id)
            from pgrerank.collection as c
            cross join unnest(array[c.embedder_id, c.second_embedder_id]) as u (model_id)
            where
                u.model_id is not null
                and (
                    select sum(z.chunks)
                    from pgrerank.collection_size as z
                    where z.tenant_id = c.tenant_id and z.collection_id = c.id
                ) > %(above)s / 2
        )
    )
order by r.relname;

-- build_progress --
-- Number of vectors that a backend's index build has processed.
select p.tuples_done as done
from pg_catalog.pg_stat_progress_create_index as p
where p.pid = %(pid)s;
