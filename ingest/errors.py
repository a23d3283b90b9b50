"""What can go wrong with one feed: expected, recorded.

    IngestError
    ├── FetchError       the web did not give a document
    └── ReadError        the document is not one that we can read

Stages raise these; the pipeline alone catches them; the archive alone records them.
"""

from storage.records import Reason


class IngestError(Exception):
    """`reason` is from the closed list; `detail` says in one line what was seen, without secrets."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["IngestError"], tuple[Reason, str]]:
        return type(self), (self.reason, self.detail)


class FetchError(IngestError):
    """The web did not give a document."""


class ReadError(IngestError):
    """The document is not one that we can read."""
