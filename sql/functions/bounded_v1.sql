-- bounded_v1: an argument, if it is within its bounds; null stays null.
-- Arguments: argument, its name; value; lowest and highest, both allowed. NaN is above all numbers.
-- Errors: PR001, with the argument's name, bounds and value.
-- Called by: functions that take numbers from callers. plpgsql, since it raises errors.
create function pgrerank.bounded_v1(
    argument text,
    value double precision,
    lowest double precision,
    highest double precision
)
returns double precision
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    if value not between lowest and highest then
        raise exception '% must be from % to %, not %', argument, lowest, highest, value
            using errcode = 'PR001';
    end if;
    return value;
end
$$;

grant execute on function pgrerank.bounded_v1(
    text, double precision, double precision, double precision
) to pgrerank_app, pgrerank_analyst;

comment on function pgrerank.bounded_v1(
    text, double precision, double precision, double precision
) is
'The value, if it lies within its bounds, both allowed; else error PR001 with the name of the '
'argument. Null stays null.';
