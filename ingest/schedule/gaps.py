"""How many entries a gap may hold."""

from datetime import datetime

from ingest.schedule.memory import Memory
from ingest.schedule.rhythm import expected


def estimated_missed(memory: Memory, after_at: datetime, before_at: datetime) -> int | None:
    """Entries expected between `after_at`, the newest date of the last window, and `before_at`, the oldest of this one.

    The learned rate, integrated, in whole entries. None: too little is known. A bulk post takes no time: read it as "at
    least".
    """
    if memory.rhythm is None:
        return None
    return round(expected(memory.rhythm, after_at.timestamp() / 60.0, before_at.timestamp() / 60.0))
