-- exclusive_work: the owner's alone.
alter table pgrerank.exclusive_work enable row level security;
