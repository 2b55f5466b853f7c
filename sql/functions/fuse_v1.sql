-- fuse_v1: fusion of the lists of up to three legs.
-- Arguments: for each leg its chunk ids, best first, their scores in the same order, and its
--     weight, at least 0; null for a leg that is off; fusion, `rrf`: reciprocal rank fusion
--     (Cormack, Clarke and Buettcher 2009), which adds k to every rank, or `weighted`: a leg's
--     scores are scaled so that its last is 0 and its first 1, or all 1 if they are equal.
-- Returns: every chunk that a leg found. Ranks count from 1, null if a leg did not find it;
--     fused_score is the sum over the legs of weight / (k + rank), or of weight times the scaled
--     score; null under any other fusion. Ties are ordered by id.
-- Called by: hybrid_candidates_v1, leg_positions_v1, queries/history.sql.
create function pgrerank.fuse_v1(
    dense_ids uuid[],
    dense_scores double precision[],
    keyword_ids uuid[],
    keyword_scores double precision[],
    sparse_ids uuid[],
    sparse_scores double precision[],
    fusion text default 'rrf',
    k integer default 60,
    dense_weight double precision default 1,
    keyword_weight double precision default 1,
    sparse_weight double precision default 1
)
returns table (
    chunk_id uuid,
    dense_rank integer,
    dense_score double precision,
    keyword_rank integer,
    keyword_score double precision,
    sparse_rank integer,
    sparse_score double precision,
    fused_rank integer,
    fused_score double precision
)
language sql immutable
begin atomic
    with found as (
        select
            'd' as leg,
            d.id,
            d.score,
            d.rank::integer as rank,
            dense_weight as weight
        from unnest(dense_ids, dense_scores) with ordinality as d (id, score, rank)
        union all
        select
            'k' as leg,
            w.id,
            w.score,
            w.rank::integer as rank,
            keyword_weight as weight
        from unnest(keyword_ids, keyword_scores) with ordinality as w (id, score, rank)
        union all
        select
            's' as leg,
            s.id,
            s.score,
            s.rank::integer as rank,
            sparse_weight as weight
        from unnest(sparse_ids, sparse_scores) with ordinality as s (id, score, rank)
    ),

    scaled as (
        select
            f.*,
            coalesce(
                (f.score - min(f.score) over (partition by f.leg))
                / nullif(
                    max(f.score) over (partition by f.leg)
                    - min(f.score) over (partition by f.leg),
                    0
                ),
                1
            ) as share
        from found as f
    ),

    fused as (
        select
            s.id,
            min(s.rank) filter (where s.leg = 'd') as dense_rank,
            min(s.score) filter (where s.leg = 'd') as dense_score,
            min(s.rank) filter (where s.leg = 'k') as keyword_rank,
            min(s.score) filter (where s.leg = 'k') as keyword_score,
            min(s.rank) filter (where s.leg = 's') as sparse_rank,
            min(s.score) filter (where s.leg = 's') as sparse_score,
            -- In the order of the legs, so that equal sums are equal bit by bit.
            sum(
                case fusion
                    when 'rrf' then s.weight / (k + s.rank)
                    when 'weighted' then s.weight * s.share
                end order by s.leg
            ) as score
        from scaled as s
        group by s.id
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
        r.sparse_rank,
        r.sparse_score,
        r.fused_rank,
        r.score
    from ranked as r
    order by r.fused_rank asc;
end;

grant execute on function pgrerank.fuse_v1(
    uuid[],
    double precision[],
    uuid[],
    double precision[],
    uuid[],
    double precision[],
    text,
    integer,
    double precision,
    double precision,
    double precision
) to pgrerank_app;
