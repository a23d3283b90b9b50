"""Statements that mean harm to an archive: those that are no reading, those that never end, those that are too deep."""

REFUSED = """
attach database 'made.sqlite' as other
attach database ':memory:' as other
detach database main
vacuum
vacuum into 'made.sqlite'
pragma writable_schema = on
pragma journal_mode = delete
pragma user_version = 7
pragma query_only = off
pragma hard_heap_limit = 0
pragma wal_checkpoint(truncate)
pragma table_info(entries)
pragma temp_store_directory = '.'
pragma trusted_schema = on
pragma integrity_check
select * from pragma_table_info('entries')
select * from pragma_journal_mode
select * from pragma_wal_checkpoint
select load_extension('made.so')
select load_extension('made.so', 'entry')
select fts3_tokenizer('simple')
select fts3_tokenizer('simple', x'0000000000000000')
select readfile('/etc/passwd')
select writefile('made.txt', 'x')
select edit('x')
select sqlite_log(1, 'x')
select sqlite_compileoption_get(1)
select fts5(null)
select rtreecheck('main', 'x')
create table made(a)
create temp table made(a)
create temp view made as select 1
create temp trigger made after insert on entry begin select 1; end
create view made as select 1
create index made on entry(seq)
create virtual table made using fts5(a)
create virtual table temp.made using fts5vocab(main, entries_fts, row)
create table made as select * from entries
drop table entry
drop view entries
alter table entry rename to made
alter table entry add column made text
insert into entry(entry_id) values (99)
insert into entries_fts(entries_fts) values ('delete-all')
insert into entries_fts(entries_fts, rank) values ('pgsz', 32)
replace into archive_info(key, value) values ('schema', '9')
update entry set seq = 0
update sqlite_schema set sql = ''
delete from entry
delete from sqlite_schema
with made as (select 1) delete from entry
with made(a) as (select 1) insert into archive_info select a, a from made
insert into archive_info(key, value) select title, url from entries returning *
begin
begin immediate
commit
rollback
savepoint made
release made
reindex
analyze
explain delete from entry
select 1; delete from entry
select 1; attach database 'made.sqlite' as other
;;; drop table entry
/* select */ delete from entry -- select
"""

BOMBS = """
with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n
with recursive n(i) as (select 1 union all select i + 1 from n) select i from n
with recursive n(i) as (select 1 union select i + 1 from n) select max(i) from n
with recursive n(t) as (select 'x' union all select t || t from n) select length(t) from n
with recursive n(i) as (select 1 union all select 1 from n) select group_concat('xxxxxxxxxxxxxxxx') from n
with recursive n(i) as (select 1 union all select i + 1 from n) select json_group_array(i) from n
with recursive n(i) as (select 1 union all select i + 1 from n) select i from n order by i desc
select randomblob(900000000)
select hex(randomblob(400000000))
select zeroblob(999999999)
select length(replace(hex(zeroblob(100000000)), '0', 'xxxxxxxxxx'))
select printf('%999999999d', 1)
select printf('%.*c', 999999999, 'x')
select format('%.999999999f', 1.0)
select replace(printf('%.100000c', 'a'), 'a', printf('%.100000c', 'b'))
select hex(hex(hex(hex(hex(zeroblob(50000000))))))
select quote(zeroblob(400000000))
select group_concat(a.content_text) from entries a, entries b, entries c
select count(*) from entries a, entries b, entries c, entries d
select a.content_text like '%W%o%r%t%W%o%r%t%W%o%r%t%q%' from entries a, entries b, entries c
select printf('%.40000c', 'a') like '%a%a%a%a%a%a%a%a%a%a%b'
select printf('%.40000c', 'a') glob '*a*a*a*a*a*a*a*a*a*a*b'
select instr(printf('%.9000000c', 'a'), printf('%.4000000c', 'a') || 'b')
select trim(printf('%.9000000c', 'a') || 'b', printf('%.100000c', 'c') || 'a')
select sum(length(randomblob(1000000))) from entries a, entries b, entries c
select * from json_tree((select json_group_array(content_text) from entries)) a, entries b, entries c, entries d
select count(*) from entries_fts a, entries_fts b where a.entries_fts match 'w*' and b.entries_fts match 'w*'
select snippet(entries_fts, -1, printf('%.9000000c', 'a'), '', '', 64) from entries_fts where entries_fts match 'w*'
select char(1) from entries a order by (select count(*) from entries b, entries c, entries d where b.seq <> a.seq)
"""

DEEP = [
    "select " + "(" * 4000 + "1" + ")" * 4000,
    "select " + "-" * 5001 + "1",
    "select " + "+".join(["1"] * 20_000),
    "select " + "(select " * 1500 + "1" + ")" * 1500,
    " union all ".join(["select 1"] * 3_000),
    "select " + ",".join(["1"] * 50_000),
    "select max(" + ",".join(["1"] * 5_000) + ")",
    "select 1 where 1 in (" + ",".join(["1"] * 400_000) + ")",
    "select json('" + "[" * 200_000 + "')",
    "select " + "case when 1 then " * 3000 + "1" + " end" * 3000,
]

ATTACKS = [*REFUSED.strip().splitlines(), *BOMBS.strip().splitlines(), *DEEP]
