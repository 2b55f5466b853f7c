-- feedback: one row for each time a user did something with a result, with the place where the
-- result was shown.
-- Rows: those of tenants granted to the current login. The search is the latest of the same
-- collection and query that retrieved the chunk in the hour before; the primary key of the log
-- finds it by tenant and time. Restrict created_at to an interval.
create view pgrerank_analytics.feedback
with (security_invoker = true)
as
select
    t.name as tenant,
    j.id as judgment_id,
    j.created_at,
    c.name as collection,
    j.query,
    j.external_id as document_id,
    d.title,
    j.chunk_id,
    j.judged_by as end_user_id,
    s.ranking_id,
    s.final_rank,
    s.fused_rank,
    case
        when j.source = 'click' then 'clicked'
        when j.source = 'used' then 'used'
        when j.grade > 0 then 'thumbs_up'
        else 'thumbs_down'
    end as event
from pgrerank.judgment as j
inner join pgrerank.tenant as t on j.tenant_id = t.id
inner join pgrerank.collection as c
    on
        j.tenant_id = c.tenant_id
        and j.collection_id = c.id
left join pgrerank.document as d
    on
        j.tenant_id = d.tenant_id
        and j.collection_id = d.collection_id
        and j.external_id = d.external_id
left join lateral (
    select
        l.id as ranking_id,
        l.final_ranks[array_position(l.chunk_ids, j.chunk_id)] as final_rank,
        l.fused_ranks[array_position(l.chunk_ids, j.chunk_id)] as fused_rank
    from pgrerank.rerank_log as l
    where
        l.tenant_id = j.tenant_id
        and l.created_at >= j.created_at - interval '1 hour'
        and l.created_at <= j.created_at
        and l.collection_id = j.collection_id
        and l.query = j.query
        and j.chunk_id = any(l.chunk_ids)
    order by l.created_at desc, l.id desc
    limit 1
) as s on true
where j.source in ('click', 'used', 'thumbs');

grant select on pgrerank_analytics.feedback to pgrerank_analyst;

comment on view pgrerank_analytics.feedback is
'One row for each time a user did something with a result. Reads the log of the hour before each: '
'name an interval of created_at.';
comment on column pgrerank_analytics.feedback.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.feedback.judgment_id is
'Id of the feedback; ids rise with time.';
comment on column pgrerank_analytics.feedback.created_at is
'When it was stored; of a named user, when the same was stored last.';
comment on column pgrerank_analytics.feedback.collection is 'Name of the collection.';
comment on column pgrerank_analytics.feedback.query is 'Text of the query.';
comment on column pgrerank_analytics.feedback.document_id is
'Id of the document as its owner names it.';
comment on column pgrerank_analytics.feedback.title is
'Title of the document, of today; null: the document is not stored.';
comment on column pgrerank_analytics.feedback.chunk_id is
'Id of the chunk that was the result; null: imported feedback on a document.';
comment on column pgrerank_analytics.feedback.end_user_id is
'Who, as the caller named them; null: not named.';
comment on column pgrerank_analytics.feedback.ranking_id is
'Id of the latest search for the same query that retrieved the chunk in the hour before; null: '
'none did.';
comment on column pgrerank_analytics.feedback.final_rank is
'Where that search ranked the chunk, from 1; null: no such search.';
comment on column pgrerank_analytics.feedback.fused_rank is
'Where the first stage of that search ranked it, from 1; null: no such search.';
comment on column pgrerank_analytics.feedback.event is
'What the user did: clicked, used, thumbs_up or thumbs_down.';
