-- analyst_grant: the tenants a login may read; an analyst sees the rows of their own login.
-- Compares with session_user, which no setting can change.
alter table pgrerank.analyst_grant enable row level security;

grant select on pgrerank.analyst_grant to pgrerank_analyst;
create policy analyst on pgrerank.analyst_grant
for select
to pgrerank_analyst
using (login = session_user);
