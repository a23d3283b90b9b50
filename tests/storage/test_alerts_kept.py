"""What was told is remembered, so that a restart tells nothing twice; and what may need telling is found."""

from datetime import timedelta

import pytest
from saying import START, Said, visit

from storage import alerts
from storage.alerts import Alert, Missed, Silent
from storage.archive import Archive
from storage.records import FeedListing, FeedRecord, OutletListing
from storage.tables import feed as feed_table

HOUR = timedelta(hours=1)
NAME = ("o/a", "failing")


def held(archive: Archive) -> list[Alert]:
    with archive.read() as connection:
        return list(alerts.alerts(connection).values())


def test_an_alert_goes_its_way_from_found_to_told_to_over_to_settled(archive: Archive) -> None:
    with archive.write() as tx:
        alerts.begin(tx, [(NAME, "404")])
    assert held(archive) == [Alert("o/a", "failing", "404", START)]
    with archive.write() as tx:
        alerts.told(tx, [NAME])
        alerts.over(tx, [NAME])
    assert held(archive) == [Alert("o/a", "failing", "404", START, told_at=START, over_at=START)]
    with archive.write() as tx:
        alerts.again(tx, [NAME])
    assert held(archive)[0].over_at is None
    with archive.write() as tx:
        alerts.forget(tx, [NAME])
    assert held(archive) == []


@pytest.fixture
def listed(archive: Archive) -> FeedRecord:
    archive.list_outlets([OutletListing("o", feeds=(FeedListing("a", "https://o.example/"),))])
    return archive.feeds()[0]


def stand(archive: Archive, **values: object) -> None:
    with archive.write() as tx:
        tx.connection.execute(feed_table.update().values(values))


def test_a_feed_is_silent_only_if_it_answers_well_and_has_once_brought_something(
    archive: Archive, listed: FeedRecord
) -> None:
    stand(archive, state="ok", last_new_at=START - 2 * HOUR, memory="{}")
    assert list(alerts.silent(archive, START - HOUR)) == [Silent("o/a", START - 2 * HOUR, "{}")]
    assert list(alerts.silent(archive, START - 3 * HOUR)) == []
    stand(archive, state="failing")
    assert list(alerts.silent(archive, START)) == []
    stand(archive, state="ok", listed=0)
    assert list(alerts.silent(archive, START)) == []


def test_gaps_count_that_are_young_and_not_closed(archive: Archive, listed: FeedRecord) -> None:
    archive.record(
        [
            visit(listed, 1, *(Said(f"t{n}", guid=f"g{n}", at=n / 10) for n in range(5))),
            visit(listed, 9, *(Said(f"u{n}", guid=f"h{n}", at=5 + n / 10) for n in range(5))),
        ]
    )
    (found,) = alerts.missed(archive, START - HOUR, START + HOUR)
    assert (found.feed, found.gaps) == ("o/a", 1)
    assert isinstance(found, Missed)
    assert alerts.missed(archive, START, START + HOUR) == []
    with archive.write() as tx:
        tx.connection.exec_driver_sql("update gap set state = 'closed'")
    assert alerts.missed(archive, START - HOUR, START + HOUR) == []
