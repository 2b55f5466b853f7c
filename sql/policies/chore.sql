-- chore: the owner's alone.
alter table pgrerank.chore enable row level security;
