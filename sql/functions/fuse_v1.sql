-- fuse_v1: reciprocal rank fusion of two legs (Cormack, Clarke and Buettcher 2009).
-- Arguments: of each leg its chunk ids, best first, and in the same order its scores; k, the
--     constant added to every rank.
-- Returns: every chunk that a leg found. Ranks count from 1, null where a leg did not find it;
--     fused_score is the sum of 1 / (k + rank). Ties go by id.
-- Called by: hybrid_candidates_v1.
create function pgrerank.fuse_v1(
    dense_ids uuid[],
    dense_scores double precision[],
    keyword_ids uuid[],
    keyword_scores double precision[],
    k integer default 60
)
returns table (
    chunk_id uuid,
    dense_rank integer,
    dense_score double precision,
    keyword_rank integer,
    keyword_score double precision,
    fused_rank integer,
    fused_score double precision
)
language sql immutable
begin atomic
    with fused as (
        select
            d.score as dense_score,
            w.score as keyword_score,
            d.rank::integer as dense_rank,
            w.rank::integer as keyword_rank,
            coalesce(d.id, w.id) as id,
            coalesce(1.0::double precision / (k + d.rank), 0)
            + coalesce(1.0::double precision / (k + w.rank), 0) as score
        from unnest(dense_ids, dense_scores) with ordinality as d (id, score, rank)
        full join unnest(keyword_ids, keyword_scores) with ordinality as w (id, score, rank)
            on d.id = w.id
    ),

    ranked as (
        select
            f.*,
            row_number() over (order by f.score desc, f.id asc)::integer as fused_rank
        from fused as f
    )

    select
        r.id,
        r.dense_rank,
        r.dense_score,
        r.keyword_rank,
        r.keyword_score,
        r.fused_rank,
        r.score
    from ranked as r
    order by r.fused_rank asc;
end;
