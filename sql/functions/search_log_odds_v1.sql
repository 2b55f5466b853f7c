-- search_log_odds_v1: log-odds of relevance of a candidate of a search by a calibration.
-- Arguments: search_scale: of the view calibration; unscaled: its log-odds without the base, by the
--     model that ships: log_odds - base_part of a search to which no calibration was applied;
--     best_score: the best rerank score of the search.
-- Returns: the log-odds; null if an argument is null.
-- Called by: analysts; domain/score_scale.py computes the same.
create function pgrerank.search_log_odds_v1(
    search_scale double precision[],
    unscaled double precision,
    best_score double precision
)
returns double precision
language sql immutable parallel safe
return search_scale[1]
+ search_scale[3] * (best_score - search_scale[4])
+ search_scale[2] * unscaled;

grant execute on function pgrerank.search_log_odds_v1(
    double precision[], double precision, double precision
) to pgrerank_app, pgrerank_analyst;

comment on function pgrerank.search_log_odds_v1(
    double precision[], double precision, double precision
) is
'Log-odds of relevance of a candidate by a calibration: search_scale as the view calibration has '
'it, the candidate''s log-odds without base by the model that ships, and the best rerank score of '
'the search.';
