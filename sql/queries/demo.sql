-- Runtime statements of storage/demo.py.

-- head_of_search --
-- The first results of a logged search, with the ranks and scores of each stage.
select
    final_rank,
    fused_rank,
    title,
    dense_score,
    keyword_score,
    rerank_score,
    fused_rank - final_rank as moved
from pgrerank_analytics.rerank_candidate
where ranking_id = %(ranking_id)s
order by final_rank
limit 5;
