"""Which of an entry's dates says when it was published and when updated."""

from datetime import UTC, datetime

import pytest

from ingest.decode import Decoded
from ingest.hints import Hints
from ingest.normalise import reading
from ingest.normalise.dating import Dating, dating
from ingest.parse.parsed import Date, ParsedEntry, ParsedFeed
from ingest.read import read
from storage.records import NO_SOURCE

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


# --- what gives way to what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", ["created", "dcterms:created", "dc:created", "atom:created"])
@pytest.mark.parametrize("published", ["20.11.2026 10:00", "20.11.2026"])
def test_when_an_entry_was_begun_stands_for_its_publication_only_where_nothing_else_does(
    begun: str, published: str
) -> None:
    dates = [Date("pubDate", published), Date(begun, "2026-11-20T08:00:00Z")]
    assert dating(dates, timezone=None, language="de").published_source == "pubDate"
    assert dating(dates[1:], timezone=None, language="de").published_source == begun


def test_a_date_whose_zone_is_the_outlets_stands_against_one_that_leaves_nothing_open() -> None:
    found = dating(
        [Date("pubDate", "17.05.2024 12:00"), Date("dc:date", JUNE)], timezone="Europe/Vienna", language="de"
    )
    assert (found.published_at, found.published_source) == (AT[MAY], "pubDate")


@pytest.mark.parametrize(("other", "source"), [("2024-05-17T10:00:00Z", "dc:date"), (JUNE, "pubDate")])
def test_a_date_of_unknown_zone_gives_way_to_one_that_may_be_the_same_moment(other: str, source: str) -> None:
    dates = [Date("pubDate", "17.05.2024 12:00"), Date("dc:date", other)]
    assert dating(dates, timezone=None, language="de").published_source == source


# --- dates in numbers, and their neighbours ---------------------------------------------------------------------------


def read_together(*raws: str, language: str | None) -> list[str | None]:
    entries = tuple(ParsedEntry(guid=raw, dates=(Date("pubDate", raw),)) for raw in raws)
    found = reading(ParsedFeed("rss20", entries, language=language), Hints(), Decoded("", "utf-8", "declared"))
    return [at and f"{at:%m-%d}" for at in (entry.wording.published_at for entry in found.entries)]


def test_one_date_that_proves_the_order_settles_all_of_the_document() -> None:
    assert read_together("13/04/2026", "12/04/2026", "05/04/2026", language="en-us") == ["04-13", "04-12", "04-05"]
    assert read_together("11/18/2026", "11/17/2026", "11/05/2026", language="de") == ["11-18", "11-17", "11-05"]


def test_dates_that_contradict_one_another_settle_none() -> None:
    assert read_together("13/04/2026", "04/13/2026", "05/04/2026", language="de") == ["04-13", "04-13", None]


def test_without_proof_the_language_settles_them() -> None:
    assert read_together("05/04/2026", language="de") == ["04-05"]


@pytest.mark.parametrize("raw", ["05/04/2026", "13/04/2026", "Mon, 5/4/26 10:00", "05-04-2026", "10:00 05 04 2026"])
def test_an_entry_whose_date_its_neighbours_explain_is_read_each_time(raw: str) -> None:
    feed = f"<rss><channel><item><guid>1</guid><pubDate>{raw}</pubDate></item></channel></rss>".encode()
    plain = b"<rss><channel><item><guid>1</guid><pubDate>2026-04-05T10:00:00Z</pubDate></item></channel></rss>"
    assert read(feed, Hints()).sources == NO_SOURCE
    assert read(plain, Hints()).sources != NO_SOURCE
