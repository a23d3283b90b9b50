-- Which feeds fail, since when, and why?
select feed, state, failures, last_success_at, last_error, next_due_at, due_because, url
from feeds
where state in ('failing', 'gone') or last_error is not null
order by last_success_at, feed
