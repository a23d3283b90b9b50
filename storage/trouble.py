"""What keeps an archive from being written for a while, though nothing is wrong with what is to be written."""

import errno
from enum import StrEnum

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError


class Trouble(StrEnum):
    """Its value says it to people, with the remedy."""

    LOCKED = "another program holds the archive: it is written as soon as that lets go"
    BUSY = "one transaction takes long (a very large document, or a slow disk): what waits is written after it"
    FULL = "no room on the archive's disk: make some, what waits is written then"
    READ_ONLY = "the archive may not be written: mend its permissions or its file system, what waits is written then"
    DISK = "the archive's disk fails (or a limit of file sizes is met): look at the system's log"
    SERVER = "the archive's server cannot be reached, or has no room: what waits is written when it can"

    @property
    def remedy(self) -> str:
        """What to do where nothing waits."""
        return _REMEDIES[self]


_REMEDIES = {
    Trouble.LOCKED: "try again when the program that holds it lets go",
    Trouble.BUSY: "try again when what is being written is written",
    Trouble.FULL: "make room on its disk and try again: nothing is lost",
    Trouble.READ_ONLY: "mend its permissions or its file system and try again",
    Trouble.DISK: "its disk fails, or a limit of file sizes is met: look at the system's log",
    Trouble.SERVER: "try again when its server can be reached and has room",
}


# https://www.sqlite.org/rescode.html: the low byte of an extended result code.
_SQLITE = {
    5: Trouble.LOCKED,  # SQLITE_BUSY
    6: Trouble.LOCKED,  # SQLITE_LOCKED
    8: Trouble.READ_ONLY,  # SQLITE_READONLY
    10: Trouble.DISK,  # SQLITE_IOERR
    13: Trouble.FULL,  # SQLITE_FULL
    14: Trouble.READ_ONLY,  # SQLITE_CANTOPEN: its log or its index cannot be made
}
_SYSTEM = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EROFS: Trouble.READ_ONLY,
    errno.EACCES: Trouble.READ_ONLY,
    errno.EPERM: Trouble.READ_ONLY,
    errno.EIO: Trouble.DISK,
    errno.EFBIG: Trouble.DISK,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, resources, operator intervention, locks.
_POSTGRESQL = ("08", "40", "53", "55P03", "57P", "58")


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What passes, or is mended from outside, so that the same may be tried again; None for all else."""
    if error is None:
        return None
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(trouble_of, error.exceptions)), None)
    # A full disk ends the transaction, and then its savepoint cannot be found: the first error tells the truth.
    return trouble_of(error.__context__) or _told_by(error)


def _told_by(error: BaseException) -> Trouble | None:
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0)
    if isinstance(error, NoConnectionError):
        return Trouble.SERVER
    return _of_database(error) if isinstance(error, SQLAlchemyError) else None


def _of_database(error: SQLAlchemyError) -> Trouble | None:
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    refused = error.connection_invalidated or (state or "").startswith(_POSTGRESQL)
    return Trouble.SERVER if refused or (state is None and _is_unreachable(error)) else None


def _is_unreachable(error: DBAPIError) -> bool:
    """A connection that was never made has no state."""
    return type(error.orig).__name__ in {"OperationalError", "ConnectionTimeout"}
