"""Whose turn it is at an outlet: on a server several processes write, but an outlet's feeds only one at a time.

What a document means follows from what the archive has of its outlet, and must not change meanwhile. The lock ends with
the transaction. An archive in a file has one writer anyway.
"""

from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, text

from storage.errors import ArchiveError


class OutletBusyError(ArchiveError):
    """Another process records something of this outlet now: try again in another transaction."""


class Outlets:
    """Those that one transaction holds. `patient`: it waits for each, else only while it holds none.

    Two that wait for one another while each holds what the other one wants would wait for ever.
    """

    def __init__(self, connection: Connection, *, patient: bool) -> None:
        self._connection = connection
        self._patient = patient
        self._is_first = True

    def hold(self, feed_id: int) -> None:
        """Hold the outlet of this feed. Raises OutletBusyError."""
        if self._patient or self._is_first:
            self._connection.execute(_WAIT, {"feeds": [feed_id]})
        elif not self.held([feed_id]):
            raise OutletBusyError("another process records something of this outlet")
        self._is_first = False

    def held(self, feed_ids: Sequence[int]) -> set[int]:
        """Hold the outlets of these feeds, but of those that another process has; the feeds that may be recorded."""
        found = set(self._connection.execute(_TRY, {"feeds": list(feed_ids)}).scalars())
        self._is_first = self._is_first and not found
        return found

    def hold_body(self, sha256: bytes) -> None:
        """A body belongs to no outlet."""
        self._connection.execute(_BODY, {"name": int.from_bytes(sha256[:8], "big", signed=True)})

    def hold_all(self) -> None:
        """Nobody else may change which outlets and feeds there are."""
        self._connection.execute(_ALL)


_FEEDS = bindparam("feeds", type_=ARRAY(BigInteger))
_WAIT = text("""
SELECT pg_advisory_xact_lock(1, outlet_id::integer)
FROM (SELECT DISTINCT outlet_id FROM feed WHERE feed_id = ANY(:feeds) ORDER BY 1) held
""").bindparams(_FEEDS)
_TRY = text("""
WITH wanted AS MATERIALIZED (SELECT DISTINCT outlet_id FROM feed WHERE feed_id = ANY(:feeds)),
held AS MATERIALIZED (SELECT outlet_id FROM wanted WHERE pg_try_advisory_xact_lock(1, outlet_id::integer))
SELECT feed_id FROM feed JOIN held USING (outlet_id) WHERE feed_id = ANY(:feeds)
""").bindparams(_FEEDS)
_BODY = text("SELECT pg_advisory_xact_lock(:name)")
_ALL = text("SELECT pg_advisory_xact_lock(2, 0)")
