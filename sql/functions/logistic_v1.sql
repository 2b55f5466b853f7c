-- logistic_v1: 1 / (1 + exp(-x)), for any x.
-- The exponent is bounded, since PostgreSQL raises errors on overflow and underflow.
-- Called by: calibration_curve_v1.
create function pgrerank.logistic_v1(x double precision)
returns double precision
language sql immutable parallel safe
return 1 / (1 + exp(greatest(least(-x, 700), -700)));

grant execute on function pgrerank.logistic_v1(double precision)
to pgrerank_app, pgrerank_analyst;

comment on function pgrerank.logistic_v1(double precision) is '1 / (1 + exp(-x)), for any x.';
