-- calibrate_score_v1: probability of relevance, 0 to 1, of log-odds by a stored calibration.
-- Arguments: calibration: its id; fingerprint: of the reranker of the search, such as
--     rerank_log.reranker_fingerprint; log_odds: by that calibration (search_log_odds_v1); null
--     returns null.
-- Errors: PGR01 if the calibration is of another reranker, PGR02 if the caller sees no calibration
--     of this id.
-- Called by: analysts. plpgsql, since it raises errors.
create function pgrerank.calibrate_score_v1(
    calibration uuid,
    fingerprint text,
    log_odds double precision
)
returns double precision
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    found_fingerprint text;
    relevance double precision;
begin
    select
        m.fingerprint,
        pgrerank.calibration_curve_v1(
            calibrate_score_v1.log_odds, c.method, c.coefficients, c.knot_scores, c.knot_probabilities
        )
    into found_fingerprint, relevance
    from pgrerank.calibration as c
    inner join pgrerank.model as m on c.reranker_id = m.id
    where c.id = calibrate_score_v1.calibration;
    if found_fingerprint is null then
        raise exception using
            errcode = 'PGR02',
            message = format('There is no calibration %s.', calibration);
    end if;
    if found_fingerprint is distinct from calibrate_score_v1.fingerprint then
        raise exception using
            errcode = 'PGR01',
            message = format(
                'The calibration is of the reranker %s, the log-odds of %s.',
                left(found_fingerprint, 12),
                coalesce(left(calibrate_score_v1.fingerprint, 12), 'none')
            );
    end if;
    return relevance;
end;
$$;

grant execute on function pgrerank.calibrate_score_v1(uuid, text, double precision)
to pgrerank_app, pgrerank_analyst;

comment on function pgrerank.calibrate_score_v1(uuid, text, double precision) is
'Probability of relevance, 0 to 1, of log-odds by a stored calibration. fingerprint: of the '
'reranker that they rest on; error PGR01 if the calibration is of another, PGR02 if there is '
'no such calibration.';
