-- curve_rises_v1: whether by a fitted curve a higher score never means less relevance, and
-- somewhere means more. No other curve can be stored (table calibration).
-- Arguments: as of calibration_curve_v1, without the score and its knots.
-- Returns: true or false, false for a curve that is none.
-- Called by: checks of the table calibration; domain/calibration.py says the same.
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
            -- Nothing that is not a finite number, which Postgres would take for a large one.
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
