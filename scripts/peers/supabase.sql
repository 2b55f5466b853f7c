create table document (
    id bigint generated always as identity primary key,
    name text not null,
    content text not null,
    words tsvector generated always as (to_tsvector('english', content)) stored,
    embedding vector(384) not null
);

create index on document using gin (words);

-- The best documents by reciprocal rank fusion of full-text search and vector search.
create function hybrid_search(
    query_text text,
    query_embedding vector(384),
    match_count int,
    rrf_k int = 50
)
returns setof document
language sql
stable
as $$
    with by_words as (
        select document.id, row_number() over (
            order by ts_rank_cd(document.words, websearch_to_tsquery('english', query_text)) desc
        ) as place
        from document
        where document.words @@ websearch_to_tsquery('english', query_text)
        order by place
        limit match_count * 2
    ),
    by_vector as (
        select document.id, row_number() over (
            order by document.embedding <=> query_embedding
        ) as place
        from document
        order by place
        limit match_count * 2
    )
    select document.*
    from by_words
    full join by_vector on by_vector.id = by_words.id
    join document on document.id = coalesce(by_words.id, by_vector.id)
    order by
        coalesce(1.0 / (rrf_k + by_words.place), 0.0)
        + coalesce(1.0 / (rrf_k + by_vector.place), 0.0) desc
    limit match_count
$$;
