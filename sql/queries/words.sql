-- Runtime statements of storage/term_statistics.py, run as the owner.

-- allow_time --
-- Counting takes as long as it takes; waiting for a lock would make writers wait behind it.
select
    set_config('statement_timeout', '0', false) as statements,
    set_config('lock_timeout', '10s', false) as locks;

-- wanted --
-- Collections whose frequent words are counted, or were.
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
-- Words that at least a share of a sample of a collection's chunks hold.
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
-- Lets no further writer of a collection's chunks begin before the transaction ends.
select c.id
from pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
for no key update of c;

-- lock --
-- Waits for its writers under way: whoever writes later adds to the counts of all its words.
select c.id
from pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
for update of c;

-- choose --
-- Has writers count these words from now on, beside those that they count already, whose counts
-- begin anew from what they came to.
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
-- Counts no longer the words that fewer chunks hold; no row is left where there is no other.
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
-- Makes the counts of a collection's words those of its chunks. What writers added is of the same
-- snapshot as the chunks, so the rest is what was there before they began to add. One row for each
-- word whose count was known and wrong.
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

-- weigh_titles --
-- Counts apart the titles of some chunks that were stored before their collection weighed titles;
-- one row for each chunk.
with bare as (
    select
        k.tenant_id,
        k.id,
        pgrerank.term_frequencies_v1(
            to_tsvector(c.text_search::regconfig, left(d.title, %(title_characters)s))
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
        c.title_boost <> 1
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
    k.tenant_id = b.tenant_id
    and k.id = b.id
returning k.id;
