-- added_counts_v1: the sums of two parallel arrays of counts.
-- Called by: count_documents_v1. A function, since `do update` may hold no sub-select.
create function pgrerank.added_counts_v1(counts bigint[], more bigint[])
returns bigint[]
language sql immutable parallel safe
return array(
    select u.had + u.added
    from unnest(counts, more) with ordinality as u (had, added, place)
    order by u.place
);

grant execute on function pgrerank.added_counts_v1(bigint[], bigint[]) to pgrerank_app;
