-- What is new?
-- :outlet only this outlet (default: all)
-- :limit how many (default: 50)
select first_seen_at, published_at, feed, title, url, entry_id
from entries
where :outlet is null or outlet = :outlet
order by first_seen_at desc, entry_id desc
limit :limit
