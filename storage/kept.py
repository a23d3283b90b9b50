"""What the keeping of a document touched."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Kept:
    """A document's items in document order, each once, and the entries that the keeping touched."""

    items: list[int]
    item_of: dict[bytes, int] = field(default_factory=dict)  # by the digest of the entry
    created: set[int] = field(default_factory=set)  # entries that are new
    touched: set[int] = field(default_factory=set)  # entries whose items changed
    reguided: int = 0  # items that are known entries, but under a guid never seen before
    entered: int = 0  # entries that this feed had not carried before
    regrouped: bool = False  # entries were merged or taken apart
