-- curve_rises_v1: whether a fitted curve never falls with the score, and rises somewhere. No other
-- curve can be stored (table calibration).
-- Arguments: as in calibration_curve_v1, without score and knot_scores.
-- Returns: true or false; false for an invalid curve.
-- Called by: checks of the table calibration; domain/calibration.py implements the same.
create function pgrerank.curve_rises_v1(
    method text,
    coefficients double precision[],
    knot_probabilities double precision[]
)
returns boolean
language sql immutable parallel safe
begin atomic
    select
        coalesce(
            case method
                when 'platt' then coefficients[1] > 0
                when 'beta'
                    then
                        coefficients[2] > 0
                        and least(coefficients[3], coefficients[4]) >= 0
                        and coefficients[3] + coefficients[4] > 0
                when 'isotonic'
                    then
                        knot_probabilities[1]
                        < knot_probabilities[cardinality(knot_probabilities)]
                        and not exists (
                            select 1
                            from unnest(knot_probabilities) with ordinality as k (value, place)
                            inner join
                                unnest(knot_probabilities) with ordinality as n (value, place)
                                on n.place = k.place + 1
                            where n.value < k.value
                        )
            end
            -- Finite numbers only: PostgreSQL compares NaN as larger than all numbers.
            and not exists (
                select 1
                from unnest(coefficients || knot_probabilities) as u (value)
                where u.value in ('NaN', 'Infinity', '-Infinity')
            ),
            false
        );
end;

grant execute on function pgrerank.curve_rises_v1(text, double precision[], double precision[])
to pgrerank_app, pgrerank_analyst;

comment on function pgrerank.curve_rises_v1(text, double precision[], double precision[]) is
'Whether a higher score never means a lower probability by this curve, and somewhere a higher '
'one.';
