"""Which of an entry's dates says when it was published and when updated."""

from datetime import UTC, datetime

import pytest

from ingest.normalise.dating import Dating, dating
from ingest.parse.parsed import Date

MAY = "2024-05-17T10:00:00Z"
JUNE = "2024-06-17T10:00:00Z"
AT = {MAY: datetime(2024, 5, 17, 10, tzinfo=UTC), JUNE: datetime(2024, 6, 17, 10, tzinfo=UTC)}


def of(*dates: tuple[str, str]) -> Dating:
    return dating([Date(*each) for each in dates], timezone=None, language=None)


def test_each_element_says_what_its_name_says() -> None:
    found = of(("updated", JUNE), ("published", MAY))
    assert (found.published_at, found.updated_at, found.published_source) == (AT[MAY], AT[JUNE], "published")


@pytest.mark.parametrize("first", ["pubDate", "published", "date_published", "news:publication_date", "issued"])
def test_the_formats_own_element_goes_before_dublin_core(first: str) -> None:
    found = of(("dc:date", JUNE), (first, MAY))
    assert (found.published_at, found.published_source) == (AT[MAY], first)


def test_a_date_that_can_be_read_goes_before_one_that_cannot() -> None:
    found = of(("pubDate", "gestern"), ("dc:date", MAY))
    assert (found.published_at, found.published_raw, found.published_source) == (AT[MAY], MAY, "dc:date")


def test_a_whole_date_goes_before_one_that_leaves_something_open() -> None:
    found = of(("pubDate", "2024-06-17"), ("dc:date", MAY))
    assert (found.published_source, found.published_assumed) == ("dc:date", None)


def test_what_was_assumed_is_told() -> None:
    found = dating([Date("pubDate", "17.05.2024 12:00")], timezone="Europe/Vienna", language="de")
    assert found.published_at == AT[MAY]
    assert "Europe/Vienna" in (found.published_assumed or "")


def test_an_update_stands_for_the_publication_only_where_there_is_no_other_date_and_says_so() -> None:
    found = of(("updated", JUNE))
    assert (found.published_at, found.updated_at, found.published_source) == (AT[JUNE], AT[JUNE], "updated")


def test_no_publication_stands_for_an_update() -> None:
    assert of(("published", MAY)).updated_at is None


def test_what_cannot_be_read_is_kept_as_written_and_gives_no_instant() -> None:
    assert of(("pubDate", " gestern ")) == Dating(published_raw="gestern", published_source="pubDate")


def test_no_date_is_no_date() -> None:
    assert of() == of(("pubDate", " ")) == of(("unknown", MAY)) == Dating()
