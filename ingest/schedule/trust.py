"""Whether a 304 is believed: now and then a request goes without validators, and a server whose 304 lied is known.

Validators that stand still while the document changes are common enough that others never send them. One request in 31
is unconditional; where it brings what a 304 before it denied, one in 6, then one in 3.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ingest.schedule.memory import Memory
from ingest.schedule.signals import Signals
from storage.records import Recorded

TRUST = (30, 5, 2)  # conditional requests in a row, by how often a 304 was found to lie
CACHED = timedelta(hours=1)  # an entry may be so late in the document without anybody lying
AT_LEAST = 2  # entries that must testify; one may have been back-dated


def wants_conditional(memory: Memory) -> bool:
    """Now and then a request goes without validators: a server whose 304 lies is found out."""
    return memory.conditional < TRUST[min(memory.lies, len(TRUST) - 1)]


def judged(memory: Memory, told: Signals, recorded: Recorded, now: datetime) -> Memory:
    """The memory after a good answer."""
    if told.conditional:
        unmodified_at = now.isoformat() if told.not_modified else None
        return replace(memory, conditional=memory.conditional + 1, unmodified_at=unmodified_at)
    lies = memory.lies + 1 if _lied(memory, told, recorded) else memory.lies
    return replace(memory, conditional=0, unmodified_at=None, lies=min(lies, len(TRUST)))


def _lied(memory: Memory, told: Signals, recorded: Recorded) -> bool:
    """New entries that were published well before the last 304 said that there was nothing new."""
    if memory.unmodified_at is None or recorded.entries_new < AT_LEAST:
        return False
    newest = sorted(told.published)[-recorded.entries_new :]
    denied = [at for at in newest if at < datetime.fromisoformat(memory.unmodified_at) - CACHED]
    return len(denied) >= AT_LEAST
