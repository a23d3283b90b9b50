-- Which articles did several outlets publish under the same headline (agency copy, mostly)?
-- :days how many days before the newest entry to look at (default: 7)
-- :outlets at how many outlets at least (default: 2)
-- :limit how many (default: 100)
with newest as (select first_seen_at as at from entries order by first_seen_at desc limit 1)
select lower(e.title) as headline, count(distinct e.outlet) as outlets, count(*) as entries,
  min(coalesce(e.published_at, e.first_seen_at)) as first_at, group_concat(distinct e.outlet) as at_outlets,
  min(e.entry_id) as first_entry_id
from newest join entries e on e.first_seen_at >= strftime('%Y-%m-%dT%H:%M:%SZ', newest.at, '-' || :days || ' days')
where length(e.title) >= 20
group by headline
having count(distinct e.outlet) >= :outlets
order by outlets desc, first_at desc
limit :limit
