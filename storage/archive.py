"""The only way in: record what was seen, say what is due, hold leases. Many jobs share a commit."""

import asyncio
import contextlib
import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, func, select

from storage import feeds, schema, search_index, stories
from storage.compressing import Recent
from storage.engine import Turns, is_url, lock_path, open_engine
from storage.hosts import HostChange
from storage.ids import Blocks, FileIds, ServerIds
from storage.outlets import OutletBusyError, Outlets
from storage.prepared import Programs, Runner
from storage.reading import Reader, reading
from storage.recording import record
from storage.records import FeedRecord, OutletListing, Recorded, Visit
from storage.transaction import Shared, Tx
from storage.trouble import Trouble, trouble_of

log = logging.getLogger(__name__)
T = TypeVar("T")
Now: TypeAlias = Callable[[], datetime]
Job: TypeAlias = Callable[[Tx], T]

_Result: TypeAlias = tuple[Any, BaseException | None]

STORIES_SECONDS = 60.0  # that a verb looks for stories before it ends
GROUP = 200  # jobs that share a commit at most
LONG = 10.0  # seconds of one transaction; it takes milliseconds
APART = 0.02  # seconds between two commits of what can be done together: who comes meanwhile shares the second one
LONGEST_TURN = 0.5  # seconds of one commit's jobs, about; a first visit can take 50 ms
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 20.0  # seconds between two tries to write an archive that cannot be written


def utc_now() -> datetime:
    """Our clock."""
    return datetime.now(UTC)


class Archive:
    """One archive. Its writes take turns with those of other processes; its reads never wait."""

    def __init__(self, location: str, engine: Engine, now: Now | None = None) -> None:
        self.location = location
        self._engine = engine
        self._turns = Turns(lock_path(location))
        self._now = now
        self._recent = Recent()
        self._programs = Programs()
        self._blocks = Blocks(engine)

    @classmethod
    def open(cls, location: str, *, create: bool = False, now: Now | None = None, references: bool = True) -> "Archive":
        """Open the archive at a path or URL. Raises ArchiveError (ArchiveMissingError unless `create`).

        `now`: the clock of transactions; if there is none, the server's, or this machine's where it is a file.
        `references`: see open_engine.
        """
        engine = open_engine(location, create=create, references=references)
        archive = cls(location, engine, now)
        try:
            with archive._turns.turn() if create else contextlib.nullcontext():
                schema.prepare(engine, now=(now or utc_now)(), name=archive.name)
        except BaseException:
            archive.close()
            raise
        return archive

    def close(self) -> None:
        """Give everything back."""
        self._engine.dispose()
        self._turns.close()

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """Where it is, for people: a URL without its password."""
        return self._engine.url.render_as_string(hide_password=True) if is_url(self.location) else self.location

    @property
    def on_server(self) -> bool:
        """Other machines may work on it as well."""
        return self._engine.dialect.name != "sqlite"

    @contextlib.contextmanager
    def write(self, *, patient: bool = True) -> Iterator[Tx]:
        """One transaction: commits at the end of the block, or leaves no trace. `patient`: see storage.outlets."""
        with self._turns.turn():
            try:
                with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                    tx = self._tx(connection, patient=patient)
                    yield tx
                    tx.ids.save()
            except BaseException:
                self._recent.clear()
                raise

    def _tx(self, connection: Connection, *, patient: bool) -> Tx:
        if connection.dialect.name == "sqlite":
            runner = Runner(connection, self._programs)
            return Tx(connection, FileIds(runner), self._recent, (self._now or utc_now)(), runner)
        now = self._now() if self._now else connection.execute(select(func.clock_timestamp())).scalar_one()
        ids = ServerIds(connection, self._blocks)
        return Tx(connection, ids, self._recent, now, outlets=Outlets(connection, patient=patient))

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; it sees one state throughout."""
        with self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def reader(self) -> Iterator[Reader]:
        """The public views, as a verb that only reads has them."""
        with reading(self.location) as reader:
            yield reader

    @contextlib.contextmanager
    def alone(self) -> Iterator[Any]:
        """The driver's own connection, outside of any transaction, while nobody else writes; None on a server."""
        if self.on_server:
            yield None
            return
        with self._turns.turn(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection.connection.dbapi_connection

    def remember_no_bodies(self) -> None:
        """For a pass that asks each feed once: no document that it writes will have another held against it."""
        self._recent = Recent(0)

    # --- what ingest asks for ---

    def list_outlets(self, listings: Sequence[OutletListing]) -> None:
        """Make the archive list just these outlets and feeds."""
        with self.write() as tx:
            feeds.list_outlets(tx, listings)

    def feeds(self) -> list[FeedRecord]:
        """All feeds, by name."""
        with self.read() as connection:
            rows = connection.execute(feeds.FEEDS).all()
        return sorted((feeds.record_of(row) for row in rows), key=lambda record: record.name)

    def ensure_feed(self, outlet: str, slug: str, url: str | None = None) -> FeedRecord:
        """The feed of this name; made, not polled, if there is none."""
        with self.write() as tx:
            return feeds.ensure_feed(tx, outlet, slug, url)

    def claim(
        self,
        *,
        by: str,
        lasting: timedelta,
        limit: int,
        feed_ids: Sequence[int] | None = None,
        force: bool = False,
    ) -> list[FeedRecord]:
        """Lease due feeds, see feeds.claim."""
        with self.write() as tx:
            return feeds.claim(tx, by=by, lasting=lasting, limit=limit, feed_ids=feed_ids, force=force)

    def record(self, visits: Sequence[Visit]) -> list[Recorded]:
        """Record visits in one transaction: all of them or none."""
        with self.write() as tx:
            return [record(tx, visit) for visit in visits]

    def refresh(self) -> None:
        """Bring what follows from the entries, but not at once, up to date: the search index and the stories.

        Stories as far as they are found within a minute; the others are found by whoever comes next.
        """
        self.refresh_search()
        self.refresh_stories()

    def refresh_search(self, *, limit: int | None = None) -> int:
        """Bring waiting entries into the search index, in transactions of a few hundred. Returns how many."""
        done = 0
        while limit is None or done < limit:
            with self.write() as tx:
                count = search_index.refresh(tx)
            done += count
            if not count:
                break
        return done

    def refresh_stories(self) -> int:
        """Find the stories of waiting entries, a hundred in a transaction, for a minute at most. Returns how many."""
        done, end = 0, time.monotonic() + STORIES_SECONDS
        while time.monotonic() < end:
            with self.write() as tx:
                count = stories.refresh(tx)
            if not count:
                break
            done += count
        return done


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A job, and who waits for what comes of it in which loop."""

    job: Job[Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop

    @property
    def is_wanted(self) -> bool:
        """False: nobody waits for it any more."""
        return not self.future.cancelled()


class Writer:
    """The one thread that writes. Jobs that wait at the same time share a commit; a failing one spoils no other.

    `holds_out`: while the archive cannot be written (locked, full, read-only: storage.trouble), jobs wait and are tried
    again; else they fail. `trouble` is what is in the way now.
    """

    def __init__(self, archive: Archive, *, holds_out: bool = False) -> None:
        self.trouble: Trouble | None = None
        self._archive = archive
        self._holds_out = holds_out
        self._given_up = threading.Event()
        self._began: float | None = None
        self._shared_at = 0.0  # when a commit of what can be done together last began
        self._is_writing = False
        self._jobs: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="chronik-writer", daemon=True)
        self._thread.start()

    async def do(self, job: Job[T]) -> T:
        """Run a job in the next transaction; returns when it is committed. Raises what the job or the commit raised.

        A job may be run several times; only the last one counts.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Waiting(job, future, loop))
        return await future

    def give_up(self) -> None:
        """Hold out no longer: what cannot be written now fails."""
        self._given_up.set()

    def close(self) -> None:
        """Finish what waits, then end the thread."""
        self.give_up()
        self._jobs.put(None)
        self._thread.join()

    def waiting(self) -> int:
        """Jobs in the queue, about."""
        return self._jobs.qsize()

    def hindrance(self) -> Trouble | None:
        """What keeps jobs from being written now, if they have waited for long."""
        began = self._began
        if self.trouble is not None or began is None or time.monotonic() - began < LONG:
            return self.trouble
        return Trouble.BUSY if self._is_writing else Trouble.LOCKED

    def _work(self) -> None:
        closing = False
        while not closing:
            group, closing = self._next_group()
            for part in self._apart(group):
                while part:
                    self._commit(part)

    def _next_group(self) -> tuple[deque[_Waiting], bool]:
        """What waits, as soon as something does, and whether nothing comes after it."""
        group: deque[_Waiting] = deque()
        while (waiting := self._jobs.get()) is not None:
            group.append(waiting)
            if len(group) == 1 and isinstance(waiting.job, Shared):
                self._let_others_come()
            if len(group) >= GROUP or self._jobs.empty():
                return group, False
        return group, True

    def _let_others_come(self) -> None:
        """Wait a moment if a commit was just now: twice as many in one cost little more, and two twice as much."""
        time.sleep(max(0.0, self._shared_at + APART - time.monotonic()))
        self._shared_at = time.monotonic()

    def _apart(self, group: deque[_Waiting]) -> Iterator[deque[_Waiting]]:
        """On a server, where many processes want turns at hosts, these are not held while other things are written."""
        apart = self._archive.on_server
        brief = deque(each for each in group if apart and isinstance(each.job, HostChange))
        others = deque(each for each in group if not (apart and isinstance(each.job, HostChange)))
        yield from [part for part in (brief, others) if part]

    def _commit(self, group: deque[_Waiting]) -> None:
        """Take as many of them as fit into one transaction."""
        self._began = time.monotonic()
        results = self._outlasted(group)
        self._began = self.trouble = None
        settled = [(group[place], result) for place, result in results.items()]
        left = [waiting for place, waiting in enumerate(group) if place not in results]
        group.clear()  # before anybody is told: what they go on with may need the memory of what is done
        group.extend(left)
        _tell(settled)

    def _outlasted(self, group: Sequence[_Waiting]) -> dict[int, _Result]:
        pause = FIRST_PAUSE
        while True:
            try:
                with self._archive.write(patient=False) as tx:
                    self._is_writing = True
                    return _attempts(tx, group)
            except Exception as error:  # whatever kept the group from being committed, every caller must know
                self.trouble = trouble_of(error) if self._holds_out else None
                log.debug("a transaction of %d jobs failed", len(group), exc_info=True)
                if self.trouble is None or self._given_up.wait(pause):
                    return dict.fromkeys(range(len(group)), (None, error))
                pause = min(pause * 2, LONGEST_PAUSE)
            finally:
                self._is_writing = False


def _attempts(tx: Tx, group: Sequence[_Waiting]) -> dict[int, _Result]:
    """Run jobs until it is time to commit: others wait for their turn, and for the answer. Results by their place."""
    end = time.monotonic() + LONGEST_TURN
    results = _together(tx, group)
    for place, waiting in enumerate(group):
        if place not in results:
            with contextlib.suppress(OutletBusyError):  # its turn comes in the next transaction
                results[place] = _attempt(tx, waiting.job) if waiting.is_wanted else (None, None)
            if time.monotonic() > end:
                break
    return results


def _together(tx: Tx, group: Sequence[_Waiting]) -> dict[int, _Result]:
    """Run those jobs that cost less together. Whoever waits here waits for no other of them: their order is free."""
    kinds: dict[type[Shared[Any]], dict[int, Shared[Any]]] = {}
    for place, waiting in enumerate(group):
        if isinstance(waiting.job, Shared) and waiting.is_wanted:
            kinds.setdefault(type(waiting.job), {})[place] = waiting.job
    results: dict[int, _Result] = {}
    for kind, jobs in kinds.items():
        places = list(jobs)
        done, _ = _attempt(tx, partial(kind.together, jobs=list(jobs.values())))
        results |= {places[n]: (result, None) for n, result in (done or {}).items()}
    return results


def _tell(settled: Sequence[tuple[_Waiting, _Result]]) -> None:
    """Let all who wait know what came of it; each loop is woken once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], _Result]]] = defaultdict(list)
    for waiting, result in settled:
        by_loop[waiting.loop].append((waiting.future, result))
    for loop, told in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(_settle, told)


def _settle(told: Sequence[tuple[asyncio.Future[Any], _Result]]) -> None:
    for future, (result, failure) in told:
        if future.done():  # cancelled
            continue
        if failure is not None:
            future.set_exception(failure)
        else:
            future.set_result(result)


def _attempt(tx: Tx, job: Job[Any]) -> _Result:
    """Run one job of a group within a savepoint. Raises what is the archive's fault, not the job's."""
    try:
        with tx.savepoint():
            return job(tx), None
    except OutletBusyError:
        raise
    except Exception as error:
        if trouble_of(error) is not None:
            raise
        return None, error


class ArchiveHosts:
    """The state of hosts, kept in the archive so that it holds across processes."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def change(self, name: str, step: Callable[[str | None], tuple[str | None, T]]) -> T:
        """Replace the text of a host by the first of what `step` makes of it; returns the second."""
        return await self._writer.do(HostChange(name, step))
