-- calibration_curve_v1: probability of relevance, 0 to 1, at log-odds.
-- Arguments: method: `platt`, `beta` or `isotonic`; coefficients: for `platt`, slope and intercept;
--     for `beta`, mean and deviation of log-odds, then a, b, c (Kull et al., 2017); knot_scores,
--     knot_probabilities: for `isotonic`, its knots in ascending order of log-odds.
-- Returns: the probability; null for null log-odds.
-- Called by: calibrate_score_v1 and analysts; domain/calibration.py computes the same.
create function pgrerank.calibration_curve_v1(
    log_odds double precision,
    method text,
    coefficients double precision[],
    knot_scores double precision[],
    knot_probabilities double precision[]
)
returns double precision
language sql immutable parallel safe
return case
    when log_odds is null then null
    when method = 'platt'
        then pgrerank.logistic_v1(coefficients[1] * log_odds + coefficients[2])
    when method = 'beta'
        then
            pgrerank.logistic_v1(
                coefficients[4]
                * pgrerank.softplus_v1((log_odds - coefficients[1]) / coefficients[2])
                - coefficients[3]
                * pgrerank.softplus_v1((coefficients[1] - log_odds) / coefficients[2])
                + coefficients[5]
            )
    else pgrerank.interpolated_v1(log_odds, knot_scores, knot_probabilities)
end;

grant execute on function pgrerank.calibration_curve_v1(
    double precision, text, double precision[], double precision[], double precision[]
) to pgrerank_app, pgrerank_analyst;

comment on function pgrerank.calibration_curve_v1(
    double precision, text, double precision[], double precision[], double precision[]
) is
'Probability of relevance, 0 to 1, of log-odds by a curve, given as the columns of the view '
'calibration have it; null for none.';
