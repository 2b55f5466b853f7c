-- softplus_v1: ln(1 + exp(x)), for any x; bounded as logistic_v1 is.
-- Called by: calibration_curve_v1.
create function pgrerank.softplus_v1(x double precision)
returns double precision
language sql immutable parallel safe
return greatest(x, 0) + ln(1 + exp(-least(abs(x), 700)));

grant execute on function pgrerank.softplus_v1(double precision)
to pgrerank_app, pgrerank_analyst;

comment on function pgrerank.softplus_v1(double precision) is 'ln(1 + exp(x)), for any x.';
