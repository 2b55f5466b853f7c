-- word_lock_v1: the key of the advisory lock of a collection's frequent words. Writers of chunks
-- share it until they end; who changes which words are counted holds it alone for a moment.
-- Called by: collection_size_chunk_v1, queries/words.sql.
create function pgrerank.word_lock_v1(collection_id uuid)
returns bigint
language sql immutable
begin atomic
    select hashtextextended('pgrerank.words ' || collection_id, 0);
end;
