-- Runtime statements of storage/term_statistics.py, run as the owner.

-- allow_time --
-- Disable the statement timeout, since counting may take long; limit the wait for locks, since
-- writers wait behind it.
select
    set_config('statement_timeout', '0', false) as statements,
    set_config('lock_timeout', '10s', false) as locks;

-- wanted --
-- Collections that are large, or have counted words.
select
    c.tenant_id,
    c.id as collection_id,
    coalesce(s.chunks, 0)::bigint as chunks
from pgrerank.collection as c
left join lateral (
    select sum(z.chunks) as chunks
    from pgrerank.collection_size as z
    where
        z.tenant_id = c.tenant_id
        and z.collection_id = c.id
) as s on true
where
    s.chunks >= %(at_least)s
    or exists (
        select 1
        from pgrerank.collection_word as w
        where
            w.tenant_id = c.tenant_id
            and w.collection_id = c.id
    )
order by c.tenant_id, c.id;

-- frequent --
-- Words in at least the given share of a sample of a collection's chunks.
with sample as materialized (
    select k.tsv
    from pgrerank.chunk as k
    where
        k.tenant_id = %(tenant_id)s
        and k.collection_id = %(collection_id)s
        and mod(abs(uuid_hash(k.id)::bigint), greatest(%(chunks)s / %(sample)s, 1)) = 0
)

select l.lexeme
from sample as s
cross join lateral unnest(s.tsv) as l
group by l.lexeme
having
    count(*) >= %(share)s * (
        select count(*)
        from sample
    )
order by l.lexeme;

-- claim --
-- Block new writers of a collection's chunks until the transaction ends.
select c.id
from pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
for no key update of c;

-- choose --
-- Let writers count these words from now on, in addition to those they count already, whose present
-- counts are merged into shard -1.
with word as (
    select
        coalesce(u.lexeme, w.lexeme) as lexeme,
        w.before + w.added as chunks
    from unnest(%(lexemes)s::text[]) as u (lexeme)
    full join
        pgrerank.counted_words_v1(%(tenant_id)s, %(collection_id)s) as w
        on u.lexeme = w.lexeme
),

gone as (
    delete from pgrerank.collection_word as w
    where
        w.tenant_id = %(tenant_id)s
        and w.collection_id = %(collection_id)s
        and w.shard >= 0
)

insert into pgrerank.collection_word (
    tenant_id,
    collection_id,
    shard,
    lexemes,
    chunks
)
select
    c.tenant_id,
    c.id as collection_id,
    -1 as shard,
    array_agg(w.lexeme order by w.lexeme) as lexemes,
    array_agg(w.chunks order by w.lexeme) as chunks
from pgrerank.collection as c
cross join word as w
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
group by c.tenant_id, c.id
on conflict (tenant_id, collection_id, shard) do update
    set
        lexemes = excluded.lexemes,
        chunks = excluded.chunks;

-- forget --
-- Stop counting words in fewer than `fewest` chunks; deletes the row if no word is left.
with word as materialized (
    select
        w.lexeme,
        w.before + w.added as chunks
    from pgrerank.counted_words_v1(%(tenant_id)s, %(collection_id)s) as w
    where
        w.before is null
        or w.before + w.added >= %(fewest)s
),

gone as (
    delete from pgrerank.collection_word as w
    where
        w.tenant_id = %(tenant_id)s
        and w.collection_id = %(collection_id)s
        and (w.shard >= 0 or not exists (select from word))
)

update pgrerank.collection_word as w
set
    lexemes = array(
        select k.lexeme
        from word as k
        order by k.lexeme
    ),
    chunks = array(
        select k.chunks
        from word as k
        order by k.lexeme
    )
where
    w.tenant_id = %(tenant_id)s
    and w.collection_id = %(collection_id)s
    and w.shard = -1
    and exists (select from word);

-- count --
-- Recount a collection's words from its chunks. The writers' additions are in the same snapshot as
-- the chunks, so the difference is the count from before they began. One row for each word whose
-- count was known and wrong.
with word as materialized (
    select
        w.lexeme,
        w.before,
        w.added
    from pgrerank.counted_words_v1(%(tenant_id)s, %(collection_id)s) as w
),

held as (
    select
        l.lexeme,
        count(*) as chunks
    from pgrerank.chunk as k
    cross join lateral unnest(tsvector_to_array(k.tsv)) as l (lexeme)
    where
        k.tenant_id = %(tenant_id)s
        and k.collection_id = %(collection_id)s
        and exists (
            select 1
            from word as w
            where w.lexeme = l.lexeme
        )
    group by l.lexeme
),

counted as (
    select
        w.lexeme,
        w.before,
        coalesce(h.chunks, 0) - w.added as chunks
    from word as w
    left join held as h on w.lexeme = h.lexeme
),

changed as (
    update pgrerank.collection_word as w
    set
        chunks = array(
            select c.chunks
            from counted as c
            order by array_position(w.lexemes, c.lexeme)
        )
    where
        w.tenant_id = %(tenant_id)s
        and w.collection_id = %(collection_id)s
        and w.shard = -1
        and exists (
            select 1
            from counted as c
            where c.before is distinct from c.chunks
        )
)

select c.lexeme
from counted as c
where c.before <> c.chunks
order by c.lexeme;

-- boosted --
-- Collections with a title boost.
select
    c.tenant_id,
    c.id as collection_id
from pgrerank.collection as c
where c.title_boost <> 1
order by c.tenant_id, c.id;

-- weigh_titles --
-- Count the words of titles for some chunks of a collection that were stored before it got a title
-- boost; one row for each chunk.
with bare as (
    select
        k.tenant_id,
        k.id,
        pgrerank.term_frequencies_v1(
            to_tsvector(
                c.text_search::regconfig,
                pgrerank.text_words_v1(left(d.title, %(title_characters)s), false)
            )
        ) as frequencies
    from pgrerank.collection as c
    inner join pgrerank.chunk as k
        on
            c.tenant_id = k.tenant_id
            and c.id = k.collection_id
    inner join pgrerank.document as d
        on
            k.tenant_id = d.tenant_id
            and k.document_id = d.id
    where
        c.tenant_id = %(tenant_id)s
        and c.id = %(collection_id)s
        and k.tenant_id = %(tenant_id)s
        and k.title_frequencies is null
        and d.title <> ''
    order by k.id
    limit %(row_count)s
    for update of k skip locked
)

update pgrerank.chunk as k
set title_frequencies = b.frequencies
from bare as b
where
    k.tenant_id = %(tenant_id)s
    and k.tenant_id = b.tenant_id
    and k.id = b.id
returning k.id;
