-- calibrate_score_v1: probability of relevance, 0 to 1, of a raw score by a stored calibration.
-- Arguments: calibration: its id; fingerprint: of the reranker that returned the score, such as
--     rerank_log.reranker_fingerprint; score: raw; null returns null.
-- Errors: PGR01 if the calibration is of another reranker, PGR02 if the caller sees no calibration
--     of this id.
-- Called by: analysts. plpgsql, since it raises errors.
create function pgrerank.calibrate_score_v1(
    calibration uuid,
    fingerprint text,
    score double precision
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
            calibrate_score_v1.score, c.method, c.coefficients, c.knot_scores, c.knot_probabilities
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
                'The calibration is of the reranker %s, the score of %s.',
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
'Probability of relevance, 0 to 1, of a raw score by a stored calibration. fingerprint: of the '
'reranker that gave the score; error PGR01 if the calibration is of another, PGR02 if there is '
'no such calibration.';
