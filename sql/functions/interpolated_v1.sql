-- interpolated_v1: linear interpolation at x between knots, constant outside them.
-- Arguments: xs: strictly ascending, at least one; ys: the values there.
-- Called by: calibration_curve_v1.
create function pgrerank.interpolated_v1(
    x double precision,
    xs double precision[],
    ys double precision[]
)
returns double precision
language sql immutable parallel safe
begin atomic
    with knot as (select width_bucket(x, xs) as place)

    select
        case
            when k.place = 0 then ys[1]
            when k.place = cardinality(xs) then ys[k.place]
            else
                ys[k.place]
                + (ys[k.place + 1] - ys[k.place])
                * (x - xs[k.place])
                / (xs[k.place + 1] - xs[k.place])
        end as y
    from knot as k;
end;

grant execute on function pgrerank.interpolated_v1(
    double precision, double precision[], double precision[]
) to pgrerank_app, pgrerank_analyst;

comment on function pgrerank.interpolated_v1(
    double precision, double precision[], double precision[]
) is
'Value at x of the lines between knots, flat outside them. xs: rising; ys: the values there.';
