"""One query of an archive on a server, within limits; for `storage.sql_process`.

The session can only read and the server itself keeps the time. A role that may do more than read (a superuser reads
files and runs programs) is put off; still, give researchers a role of their own: docs/operations.md.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from storage.errors import ArchiveError
from storage.server import asked, connect, driver, hidden, in_its_words
from storage.sql_text import pointed_out, tokens

READING = frozenset({"select", "with", "values", "table", "explain", "("})


class Sender(Protocol):
    """See storage.sql_process."""

    def send(self, message: dict[str, Any]) -> None:
        """One message."""

    def rows(self, cursor: Iterator[tuple[Any, ...]], limit: int | None) -> None:
        """All rows, or as many as the limit allows; then the end."""

    def flush(self) -> None:
        """Send the rows that were held back."""


class NotReadingError(Exception):
    """The query is none that reads; the message is for its author."""


def answer(job: dict[str, Any], sender: Sender) -> None:
    """Run the job's query. Raises NotReadingError, ArchiveError."""
    first = next(tokens(job["query"])).text
    if first.lower() not in READING:
        raise NotReadingError(f"only queries are answered, and {first} begins none: begin with select or with")
    limits = f"-c statement_timeout={int(job['seconds'] * 1000)} -c default_transaction_read_only=on"
    psycopg = driver()
    try:
        with connect(job["location"], settings=limits) as connection:
            _put_off_power(connection)
            sender.send({"started": True})
            _run(connection, psycopg, job, sender)
    except psycopg.errors.QueryCanceled:
        sender.flush()
        sender.send({"end": "seconds"})
    except psycopg.Error as error:
        if error.sqlstate is None:
            raise ArchiveError(f"{hidden(job['location'])}: {str(error).partition(chr(10))[0]}") from error
        sender.flush()
        sender.send({"error": _told(error, job["query"])})


def _put_off_power(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper from pg_roles where rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("set role pg_read_all_data")


def _run(connection: Any, psycopg: Any, job: dict[str, Any], sender: Sender) -> None:
    text, values = asked(job["query"], job["parameters"])
    with psycopg.ClientCursor(connection) as writer:
        whole = writer.mogrify(text, values)
    sender.send({"columns": _columns(connection, whole)})
    with psycopg.Cursor(connection) as cursor:
        sender.rows(cursor.stream(whole), job["rows"])


def _columns(connection: Any, query: str) -> list[str]:
    """The names of an answer's columns. What is prepared is one statement, with none after it."""
    server, ok = connection.pgconn, driver().pq.ExecStatus.COMMAND_OK
    for told in (server.prepare(b"", query.encode()), server.describe_prepared(b"")):
        if told.status != ok:
            raise driver().errors.error_from_result(told)
    return [told.fname(n).decode() for n in range(told.nfields)]


def _told(error: Any, query: str) -> str:
    said, place = error.diag.message_primary or str(error), error.diag.statement_position
    if error.diag.message_hint:
        said = f"{said} ({error.diag.message_hint})"
    if place and in_its_words(query) == query:
        return f"{said}, {pointed_out(query, int(place) - 1)}"
    return said
