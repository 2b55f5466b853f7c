-- judgment_grades_v1: one grade for each judged query and document or chunk.
-- Conflicts: the newest grade of a named judge counts. If judges disagree on whether something is
-- relevant (a grade of 1 or more), it is left out; otherwise the lowest grade counts. User feedback
-- (sources `click`, `used`, `thumbs`) depends as much on rank as on relevance, and is left out.
-- Grades of language models (`llm`) are left out, too; they count only where they are asked for.
-- Rows: of the transaction's tenant, or those granted to an analyst; chunk_id: null for a judgment
-- of the whole document.
-- Called by: queries/judgments.sql, queries/quality.sql, queries/reports.sql, the views
-- judgment_grade and judged_search.
create function pgrerank.judgment_grades_v1()
returns table (
    tenant_id uuid,
    collection_id uuid,
    query text,
    external_id text,
    chunk_id uuid,
    grade smallint,
    judgments bigint
)
language sql stable
begin atomic
    select
        g.tenant_id,
        g.collection_id,
        g.query,
        g.external_id,
        g.chunk_id,
        min(g.grade) as grade,
        count(*) as judgments
    from pgrerank.judgment as g
    where
        g.source not in ('click', 'used', 'thumbs', 'llm')
        and (
            g.judged_by is null
            or not exists (
                select 1
                from pgrerank.judgment as n
                where
                    n.tenant_id = g.tenant_id
                    and n.collection_id = g.collection_id
                    and n.query_hash = g.query_hash
                    and n.external_id = g.external_id
                    and n.chunk_id is not distinct from g.chunk_id
                    and n.source = g.source
                    and n.judged_by = g.judged_by
                    and n.id > g.id
            )
        )
    group by g.tenant_id, g.collection_id, g.query, g.external_id, g.chunk_id
    having (min(g.grade) >= 1) = (max(g.grade) >= 1);
end;

grant execute on function pgrerank.judgment_grades_v1() to pgrerank_app, pgrerank_analyst;

comment on function pgrerank.judgment_grades_v1() is
'Judged queries with their documents or chunks, conflicts resolved; the view judgment_grade '
'shows it with names.';
