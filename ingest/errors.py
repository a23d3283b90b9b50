"""What can go wrong with one feed: expected, recorded.

    IngestError
    ├── FetchError       the web did not give a document
    └── ReadError        the document is not one that we can read

Stages raise these; the pipeline alone catches them; the archive alone records them.
"""

from datetime import timedelta

from storage.records import Fetch, Reason


class IngestError(Exception):
    """`reason` is from the closed list; `detail` says in one line what was seen, without secrets."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["IngestError"], tuple[Reason, str]]:
        return type(self), (self.reason, self.detail)


class FetchError(IngestError):
    """The web did not give a document.

    `fetch` is the attempt as far as it came; the body of an answer that should have been a document is kept.
    """

    fetch: Fetch | None = None
    body: bytes | None = None
    content_type: str | None = None
    retry_after: timedelta | None = None


class ReadError(IngestError):
    """The document is not one that we can read."""
