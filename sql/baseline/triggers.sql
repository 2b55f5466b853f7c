-- Triggers that maintain the counters of collections.

create trigger collection_size_insert after insert on pgrerank.document
referencing new table as new_rows
for each statement execute function pgrerank.collection_size_document_v1();

create trigger collection_size_delete after delete on pgrerank.document
referencing old table as old_rows
for each statement execute function pgrerank.collection_size_document_v1();

create trigger collection_size_insert after insert on pgrerank.chunk
referencing new table as new_rows
for each statement execute function pgrerank.collection_size_chunk_v1();

create trigger collection_size_update after update on pgrerank.chunk
referencing old table as old_rows new table as new_rows
for each statement execute function pgrerank.collection_size_chunk_v1();

create trigger collection_size_delete after delete on pgrerank.chunk
referencing old table as old_rows
for each statement execute function pgrerank.collection_size_chunk_v1();
