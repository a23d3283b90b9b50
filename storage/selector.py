"""Which feeds a SELECTOR names. Pure."""

from fnmatch import fnmatchcase


def matches(name: str, selector: str) -> bool:
    """Whether a selector (`outlet`, `outlet/feed` or a glob) names the feed `name`.

    >>> matches("orf/news", "orf"), matches("orf/news", "orf/*"), matches("orf/news", "o*"), matches("orf/news", "or")
    (True, True, True, False)
    """
    return fnmatchcase(name, selector) or fnmatchcase(name.partition("/")[0], selector)


def selects(name: str, selectors: tuple[str, ...] | list[str]) -> bool:
    """Whether one of them does; none at all means all feeds."""
    return not selectors or any(matches(name, selector) for selector in selectors)
