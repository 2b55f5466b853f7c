-- embedding_index_v1: the name of the HNSW index of a collection and embedder, which may not exist.
-- It is over half-precision numbers, which find the same vectors in half the space.
-- Called by: nearest_of_large_v1, queries/maintenance.sql.
create function pgrerank.embedding_index_v1(collection_id uuid, model_id uuid)
returns text
language sql immutable
begin atomic
    select 'ix_chunk_embedding_hnsw_' || md5('half' || collection_id::text || model_id::text);
end;
