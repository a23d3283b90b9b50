"""The state of hosts: a text for each, changed one by one, many together, or all at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.prepared import Often
from storage.tables import host
from storage.transaction import Shared, Tx

Memory: TypeAlias = str | None


@dataclass(frozen=True, slots=True)
class HostChange(Shared[Any]):
    """Replace the text of a host by the first of what `step` makes of it; its result is the second."""

    name: str
    step: Callable[[Memory], tuple[Memory, Any]]

    def __call__(self, tx: Tx) -> Any:
        return self.together(tx, [self])[0]

    @classmethod
    def together(cls, tx: Tx, jobs: Sequence["HostChange"]) -> Mapping[int, Any]:
        """All of them, each on what the one before it left."""
        held = _held(tx, {job.name for job in jobs})
        texts, results = dict(held), []
        for job in jobs:
            texts[job.name], result = job.step(texts[job.name])
            results.append(result)
        tx.write(_REMEMBER, [{"of": name, "to": text} for name, text in texts.items() if text != held[name]])
        return dict(enumerate(results))


def _held(tx: Tx, names: Iterable[str]) -> dict[str, Memory]:
    # First a row, then its lock: a row that is not there yet cannot be locked, and two would both be granted a turn.
    # In the same order everywhere, or two processes might wait for one another.
    names = sorted(names)
    held = {row.host: row.memory for row in tx.rows_in(_HOSTS, "names", names)}
    if absent := [{"host": name} for name in names if name not in held]:
        insert = postgresql_insert if tx.connection.dialect.name == "postgresql" else sqlite_insert
        tx.write(insert(host).on_conflict_do_nothing(), absent)
        held |= {row.host: row.memory for row in tx.rows_in(_HOSTS, "names", [each["host"] for each in absent])}
    return held


_HOSTS = Often(
    select(host.c.host, host.c.memory)
    .where(host.c.host.in_(bindparam("names", expanding=True)))
    .order_by(host.c.host)
    .with_for_update()
)
_REMEMBER = Often(update(host).where(host.c.host == bindparam("of")).values(memory=bindparam("to")))


def change_all(tx: Tx, step: Callable[[Memory], Memory]) -> None:
    """Replace the text of every host by what `step` makes of it."""
    rows = tx.rows(select(host.c.host, host.c.memory).where(host.c.memory.is_not(None)).with_for_update())
    changed = [{"of": row.host, "to": new} for row in rows if (new := step(row.memory)) != row.memory]
    tx.write(_REMEMBER, changed)
