"""feeds.yaml is the same whichever of the two parsers reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import document
from ingest.config.problems import ConfigError

TOKENS = [
    *("a", "outlets", "0", " ", "  ", "    ", ":", ": ", "-", "- ", "{", "}", "[", "]", ",", "'", '"', "#", " # why"),
    *(
        "\n",
        "\n",
        "\n  ",
        "\n    ",
        "ü",
        "\\",
        "\\n",
        "https://x.example/?a=b&c",
        "~",
        "null",
        ".",
        "---",
        "\t",
        "&",
        "|",
    ),
]
LISTING = """\
contact: mailto:a@b.example  # who
outlets:
  o1:
    name: "Zeit \\"x\\""
    feeds: {news: 'https://o1.example/?feed=rss2', sport: https://o1.example/sport/}
  o2: {feeds: {news: {url: https://o2.example/, headers: {A: [b, c]}}}}
"""


def told(text: str) -> str:
    try:
        return repr(document.tree(text, "feeds.yaml"))
    except ConfigError as error:
        return str(error)


def told_slowly(text: str) -> str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(document, "_quick_tree", lambda _text, _shown: None)
        return told(text)


@given(st.lists(st.sampled_from(TOKENS), max_size=25).map("".join))
def test_whatever_the_text_both_see_the_same(text: str) -> None:
    assert told(text) == told_slowly(text)


@given(st.integers(0, len(LISTING)), st.integers(0, 3), st.sampled_from(TOKENS))
def test_a_slip_of_the_hand_is_told_the_same_way(at: int, gone: int, token: str) -> None:
    text = LISTING[:at] + token + LISTING[at + gone :]
    assert told(text) == told_slowly(text)


def test_a_usual_listing_is_read_the_quick_way() -> None:
    quick = document._quick_tree(LISTING, "feeds.yaml")
    assert quick is not None
    assert repr(quick) == told_slowly(LISTING)
