-- score_bin_low_v1: the lower end of a bin of score_bin_v1; its upper end is the next bin's lower.
-- Errors: PR001 if there is no such bin.
-- Called by: analysts.
create function pgrerank_analytics.score_bin_low_v1(bin integer)
returns double precision
language sql immutable parallel safe
return sinh(pgrerank.bounded_v1('bin', bin, -400, 401) / 30.0::double precision) / 10;

grant execute on function pgrerank_analytics.score_bin_low_v1(integer) to pgrerank_analyst;

comment on function pgrerank_analytics.score_bin_low_v1(integer) is
'Lower end of a bin of score_bin_v1; its upper end is that of the next. bin: -400 to 401.';
