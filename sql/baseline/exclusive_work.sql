-- What one process does at a time over several transactions: another transaction inserts its name,
-- which keeps those that would insert it too waiting, and takes it back at the end. Always empty to
-- whoever looks. An advisory key would do, were it not for every login to take.
create table pgrerank.exclusive_work (
    name text not null,
    constraint pk_exclusive_work primary key (name)
);

comment on table pgrerank.exclusive_work is
'Names of what one process does at a time over several transactions. Another transaction inserts '
'the name, which keeps those that would insert it too waiting, and takes it back at the end: '
'always empty to whoever looks.';
comment on column pgrerank.exclusive_work.name is 'What is done.';
