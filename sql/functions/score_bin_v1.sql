-- score_bin_v1: the bin of a raw rerank score in the histograms of score_daily, -400 to 400.
-- Bins follow the inverse hyperbolic sine, so that one scale works for cosines and logits: they are
-- 0.003 wide at 0, 0.02 at 0.6 and 0.3 at 10. score_bin_low_v1 returns their lower ends.
-- Null for null and NaN.
-- Called by: score_day_v1, analysts.
create function pgrerank_analytics.score_bin_v1(score double precision)
returns smallint
language sql immutable parallel safe
return case
    when score <> 'NaN' then greatest(-400, least(400, floor(30 * asinh(10 * score))))::smallint
end;

grant execute on function pgrerank_analytics.score_bin_v1(double precision) to pgrerank_analyst;

comment on function pgrerank_analytics.score_bin_v1(double precision) is
'Bin of a raw rerank score in the histograms of score_daily, -400 to 400; null for null and NaN. '
'Bins follow the inverse hyperbolic sine: 0.003 wide at 0, 0.3 at 10.';
