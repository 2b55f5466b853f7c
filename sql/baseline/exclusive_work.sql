-- Locks on work that spans several transactions. The holder inserts the work's name in a further
-- transaction, on which others that insert it wait, and rolls it back at the end. So the table
-- always looks empty. Advisory locks are not used, since every login could take them.
create table pgrerank.exclusive_work (
    name text not null,
    constraint pk_exclusive_work primary key (name)
);

comment on table pgrerank.exclusive_work is
'Names of what one process does at a time over several transactions. Another transaction inserts '
'the name, which keeps those that would insert it too waiting, and takes it back at the end: '
'always empty to whoever looks.';
comment on column pgrerank.exclusive_work.name is 'What is done.';
