"""What all hosts' states have in common: they can be put right at once."""

from collections.abc import Callable

from sqlalchemy import bindparam, select, update

from storage.tables import host
from storage.transaction import Tx


def change_all(tx: Tx, step: Callable[[str | None], str | None]) -> None:
    """Replace the text of every host by what `step` makes of it."""
    rows = tx.rows(select(host.c.host, host.c.memory).where(host.c.memory.is_not(None)).with_for_update())
    changed = [{"of": row.host, "to": new} for row in rows if (new := step(row.memory)) != row.memory]
    tx.write(update(host).where(host.c.host == bindparam("of")).values(memory=bindparam("to")), changed)
