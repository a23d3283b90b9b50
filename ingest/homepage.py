"""An outlet's homepage, asked for the outlet's feeds."""

from dataclasses import dataclass, replace
from datetime import datetime

from ingest.discovery import Found, feeds_of_page
from ingest.document import Asks, Document
from ingest.errors import FetchError
from ingest.source import Request
from storage.records import Failed, Fetch, Looked, Reason

MOST_TOLD = 3  # addresses


@dataclass(frozen=True, slots=True)
class Look:
    """What came of it, as it is recorded, and the first feed that is none of comments (None: there is none)."""

    outcome: Looked | Failed
    url: str | None = None


async def look(request: Request, web: Asks, at: datetime) -> Look:
    """Ask for the page, and for what it names. One row tells of it: the page's own, with what was found.

    Raises ingest.hosts.PostponedError if the page's host may not be asked now.
    """
    attempts: list[Fetch] = []
    barred: list[str] = []  # what the page may have named, and why it could not be had

    async def get(url: str) -> Document:
        try:
            answer = await web.fetch(replace(request, url=url, shown_url=None))
        except FetchError as failure:
            attempts.extend([failure.fetch] if failure.fetch else [])
            barred.extend([f"{url} ({failure.reason})"] if failure.reason is not Reason.HTTP_4XX else [])
            raise
        assert isinstance(answer, Document)  # noqa: S101 - asked without validators
        attempts.append(answer.fetch)
        return answer

    try:
        found = await feeds_of_page(request.url, get)
    except FetchError as failure:
        fetch = attempts[0] if attempts else Fetch(request.feed_id, request.route, request.safe_url, at)
        return Look(Failed(fetch, failure.reason, failure.detail, failure.body, failure.content_type))
    chosen = next((each.url for each in found if not each.is_comments), None)
    if chosen is None:
        but = f", and these could not be had: {', '.join(barred[:MOST_TOLD])}" if barred else ""
        return Look(Failed(attempts[0], Reason.NOT_A_FEED, f"its homepage names no feed{but}"))
    return Look(Looked(replace(attempts[0], detail=_told(found))), chosen)


def _told(found: tuple[Found, ...]) -> str:
    """What a homepage offers, in a line that status shows."""
    return "feeds found: " + ", ".join(each.url + (" (comments)" if each.is_comments else "") for each in found)
