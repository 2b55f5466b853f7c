-- Related documents: what a collection's lists are made by, and the list of each document.

create table pgrerank.enrichment (
    tenant_id uuid not null,
    collection_id uuid not null,
    embedder_id uuid not null,
    reranker_id uuid not null,
    method text not null,
    depth integer not null,
    -- counts the times that changes were found; every list names the one that it reflects
    revision bigint not null default 0,
    -- never given twice, so that a list cannot name another document than it meant
    next_number integer not null default 1,
    -- rows of related_list when changes were last looked for: if there are fewer, some were deleted
    members bigint not null default 0,
    checked_at timestamptz,
    constraint pk_enrichment primary key (tenant_id, collection_id),
    constraint fk_enrichment_tenant_id_collection_id_collection
    foreign key (tenant_id, collection_id)
    references pgrerank.collection (tenant_id, id) on delete cascade,
    constraint fk_enrichment_embedder_id_model foreign key (embedder_id)
    references pgrerank.model (id),
    constraint fk_enrichment_reranker_id_model foreign key (reranker_id)
    references pgrerank.model (id),
    constraint ck_enrichment_method check (method in ('late-interaction', 'reranker')),
    constraint ck_enrichment_depth check (depth between 1 and 1000)
);

create table pgrerank.related_list (
    tenant_id uuid not null,
    document_id uuid not null,
    collection_id uuid not null,
    number integer not null,
    text_hash bytea not null,
    text_revision bigint not null,
    is_announced boolean not null default false,
    due_revision bigint not null,
    list_revision bigint not null default 0,
    numbers integer[] not null default '{}',
    scores real[] not null default '{}',
    lowest_similarity real,
    leased_until timestamptz,
    renewed_at timestamptz,
    constraint pk_related_list primary key (tenant_id, document_id),
    constraint uq_related_list_tenant_id_collection_id_number
    unique (tenant_id, collection_id, number),
    constraint fk_related_list_tenant_id_collection_id_enrichment
    foreign key (tenant_id, collection_id)
    references pgrerank.enrichment (tenant_id, collection_id) on delete cascade,
    constraint fk_related_list_tenant_id_document_id_document
    foreign key (tenant_id, document_id)
    references pgrerank.document (tenant_id, id) on delete cascade
);

-- Out of line, which keeps rows narrow, and uncompressed: numbers in this order hardly shrink.
alter table pgrerank.related_list
alter column numbers set storage external,
alter column scores set storage external;

-- The lists to renew.
create index ix_related_list_tenant_id_collection_id_number
on pgrerank.related_list (tenant_id, collection_id, number)
where due_revision > list_revision;

comment on table pgrerank.enrichment is
'One row for each collection whose related documents are kept.';
comment on column pgrerank.enrichment.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.enrichment.collection_id is 'Id of the collection.';
comment on column pgrerank.enrichment.embedder_id is
'Id of the embedder whose vectors give the candidates.';
comment on column pgrerank.enrichment.reranker_id is 'Id of the model that orders them.';
comment on column pgrerank.enrichment.method is
'late-interaction, over stored token vectors, or reranker.';
comment on column pgrerank.enrichment.depth is 'Most documents in a list, 1 to 1000.';
comment on column pgrerank.enrichment.revision is
'How often changes of documents were found; see related_list.';
comment on column pgrerank.enrichment.next_number is
'Number of the next new document; none is given twice.';
comment on column pgrerank.enrichment.members is
'Rows of related_list when changes were last looked for.';
comment on column pgrerank.enrichment.checked_at is
'When changes were last looked for; null: never.';

comment on table pgrerank.related_list is
'One row for each document of a collection whose related documents are kept. Its list is up to '
'date where due_revision is not above list_revision.';
comment on column pgrerank.related_list.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.related_list.document_id is 'Id of the document.';
comment on column pgrerank.related_list.collection_id is 'Id of the collection.';
comment on column pgrerank.related_list.number is
'Number that stands for the document in lists of its collection.';
comment on column pgrerank.related_list.text_hash is
'Hash of the document''s text when changes were last looked for.';
comment on column pgrerank.related_list.text_revision is
'Revision that found the newest change of its text, or of the models.';
comment on column pgrerank.related_list.is_announced is
'Whether the lists that its text may enter are marked.';
comment on column pgrerank.related_list.due_revision is
'Revision of the newest change that may affect its list.';
comment on column pgrerank.related_list.list_revision is
'Revision that its list reflects; 0: it has none yet.';
comment on column pgrerank.related_list.numbers is
'Numbers of the related documents, the most related first.';
comment on column pgrerank.related_list.scores is
'Their scores, in the same order, in the unit of the model.';
comment on column pgrerank.related_list.lowest_similarity is
'Lowest cosine of the embedder among them; null: there are fewer than the depth.';
comment on column pgrerank.related_list.leased_until is
'Until when one process computes the list; null or past: nobody does.';
comment on column pgrerank.related_list.renewed_at is 'When the list was stored; null: never.';
