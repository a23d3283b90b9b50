"""Follow a permanent redirect (301, 308: RFC 9110 sections 15.4.2 and 15.4.9) for good once it has proved to be one."""

from dataclasses import replace
from datetime import datetime, timedelta

from ingest.schedule.memory import Memory
from ingest.schedule.signals import Signals
from storage.records import Recorded

MOVE_AFTER = timedelta(days=2)  # it must say the same for so long ...
MOVE_TIMES = 3  # ... and so often
BECAUSE = "permanent redirect, the same for days"


def moved(memory: Memory, told: Signals, recorded: Recorded, now: datetime) -> tuple[Memory, str | None]:
    """The memory, and the new URL once the redirect has been the same for days and leads to the known entries."""
    if told.permanent_url is None and memory.move_to is None and memory.move_since is None and not memory.move_times:
        return memory, None
    if told.permanent_url is None:
        return replace(memory, move_to=None, move_since=None, move_times=0), None
    since = memory.move_since
    if told.permanent_url != memory.move_to or since is None or now < datetime.fromisoformat(since):
        return replace(memory, move_to=told.permanent_url, move_since=now.isoformat(), move_times=1), None
    memory = replace(memory, move_times=memory.move_times + 1)
    lasted = now - datetime.fromisoformat(since)
    if lasted >= MOVE_AFTER and memory.move_times >= MOVE_TIMES and _same_content(told, recorded):
        return replace(memory, move_to=None, move_since=None, move_times=0), told.permanent_url
    return memory, None


def _same_content(told: Signals, recorded: Recorded) -> bool:
    return told.not_modified or bool(recorded.overlap)
