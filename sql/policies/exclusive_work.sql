-- exclusive_work: only for the owner.
alter table pgrerank.exclusive_work enable row level security;
