"""What is added to a feeds.yaml is added as lines; every byte that was there stays."""

import difflib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.config import Config, config_of
from ingest.config.additions import Answer, NewFeeds, Offer, Verdict, answers, site_of
from ingest.config.edit import LayoutError, replace_file, scalar, with_feeds, write_whole

HERE = Path("feeds.yaml")
FEED = ("sport", "https://orf.at/sport.xml?a=1,2#x")
OLD = NewFeeds("orf", (FEED,))
NEW = NewFeeds("blatt", (("news", "https://blatt.example/feed"),), "Das Blatt: 'täglich' #1", "https://blatt.example/")


def read(text: str) -> Config:
    return config_of(text, HERE, {})


LAYOUTS = {
    "lines": "outlets:\n  orf:\n    homepage: https://orf.at/\n    feeds:\n      news: https://orf.at/n\n",
    "comments everywhere": "# a\noutlets: # b\n  # c\n  orf: # d\n    homepage: https://orf.at/ # e\n"
    "    # f\n    feeds: # g\n      # h\n      news: https://orf.at/n # i\n      # j\n\n# k\n",
    "deep indentation": "outlets:\n      orf:\n            feeds:\n                    news: https://orf.at/n\n",
    "no line end at the end": "outlets:\n  orf:\n    feeds:\n      news: https://orf.at/n",
    "windows line ends": "outlets:\r\n  orf:\r\n    feeds:\r\n      news: https://orf.at/n\r\n",
    "no feeds yet": "outlets:\n  orf:\n    homepage: https://orf.at/\n    # more\ncontact: a@b.at\n",
    "feeds without value": "outlets:\n  orf:\n    homepage: https://orf.at/\n    feeds: # none yet\n    language: de\n",
    "feeds in braces": "outlets:\n  orf:\n    feeds: {news: 'https://orf.at/n'} # x\n",
    "empty braces": "outlets:\n  orf:\n    homepage: https://orf.at/\n    feeds: {}\n",
    "all in braces": "{outlets: {orf: {homepage: 'https://orf.at/'}}}\n",
    "several lines of braces": "outlets: {\n  orf: { # o\n"
    "    feeds: {\n      news: 'https://orf.at/n', # n\n    },\n  },\n}\n",
    "a feed as a mapping": "outlets:\n  orf:\n    feeds:\n      news:\n"
    "        url: https://orf.at/n\n        timeout: 5s\n\n",
    "a folded text at the end": "outlets:\n  orf:\n    homepage: https://orf.at/\n"
    "    name: >-\n      Der\n      ORF\n\ndaemon:\n",
    "keys after outlets": "outlets:\n  orf:\n    feeds: {n: 'https://orf.at/n'}\n\nbackup: # later\n  keep: 3\n",
    "quoted keys": '"outlets":\n  \'orf\':\n    "feeds":\n      news: https://orf.at/n\n',
    "a document start": "---\noutlets:\n  orf: {homepage: 'https://orf.at/'}\n...\n",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_whatever_the_layout_all_that_was_there_stays_and_what_is_new_is_there(name: str) -> None:
    before = LAYOUTS[name]
    after = with_feeds(before, "feeds.yaml", [OLD, NEW])
    config = read(after)
    assert lost(before, after) == ""
    assert config.feed("orf/sport")
    assert {feed.name for feed in read(before).feeds()} < {feed.name for feed in config.feeds()}
    added, blatt = config.feed("orf/sport"), config.outlet("blatt")
    assert added is not None
    assert added.url == FEED[1]
    assert blatt is not None
    assert (blatt.name, blatt.homepage) == (NEW.name, NEW.homepage)


def lost(before: str, after: str) -> str:
    """What of `before` is not in `after` any more, as characters."""
    steps = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return "".join(before[a:b] for word, a, b, _, _ in steps if word in {"delete", "replace"}).strip("\n")


def test_new_lines_end_as_the_others_do() -> None:
    after = with_feeds(LAYOUTS["windows line ends"], "feeds.yaml", [OLD, NEW])
    assert after.count("\n") == after.count("\r\n") > 4


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "# no line end", "contact: a@b.at\n", "outlets:\n", "outlets: {}\n"]
)
def test_a_file_that_lists_nothing_gets_its_first_outlet(text: str) -> None:
    after = with_feeds(text, "feeds.yaml", [NEW])
    assert after.startswith(text.removesuffix("{}\n"))
    assert [feed.name for feed in read(after).feeds()] == ["blatt/news"]


def test_a_written_null_is_left_to_a_person_with_the_lines_to_put_in() -> None:
    with pytest.raises(LayoutError, match=r"news: https://blatt\.example/feed"):
        with_feeds("outlets: ~\n", "feeds.yaml", [NEW])


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Co"]), min_size=1, max_size=30
    )
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_name_comes_back_as_it_was_written(name: str) -> None:
    text = f"outlets:\n  x:\n    name: {scalar(name)}\n    homepage: https://x.at/\n"
    if name.strip() and "${" not in name and "\ufeff" not in name:
        assert read(text).outlets[0].name == name


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "feeds.yaml"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    replace_file(link, "old", "new")
    assert real.read_text() == "new"
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feeds.yaml", "real.yaml"]


def test_what_someone_else_wrote_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text("theirs")
    with pytest.raises(OSError, match="changed by someone else"):
        replace_file(path, "old", "new")
    assert path.read_text() == "theirs"


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert [one.name for one in tmp_path.iterdir()] == ["feeds.yaml"]
    assert path.read_text() == "old"


# --- what is to be added ----------------------------------------------------------------------------------------------

LISTED = read(LAYOUTS["lines"]).outlets


def judge(*offers: Offer) -> tuple[tuple[Answer, ...], tuple[NewFeeds, ...]]:
    return answers(offers, LISTED)


def verdicts(*offers: Offer) -> list[str]:
    return [f"{answer.verdict}: {answer.detail}" for answer in judge(*offers)[0]]


def test_a_feed_of_a_listed_site_goes_to_its_outlet() -> None:
    assert verdicts(Offer("https://rss.orf.at/wien.xml", "ORF Wien")) == ["added: orf/orf-wien"]


def test_a_feed_that_is_listed_in_another_spelling_is_already_there() -> None:
    assert verdicts(Offer("HTTP://ORF.at:80/n/#x")) == ["already there: orf/news"]


def test_the_same_feed_offered_twice_is_added_once() -> None:
    told = verdicts(Offer("https://x.at/a", "X"), Offer("http://x.at/a/", "Y"))
    assert told == ["added: x/news", "already there: x/news"]


def test_all_feeds_of_a_site_make_one_outlet_named_by_what_their_titles_share() -> None:
    told = verdicts(
        Offer("https://www.blatt.at/a", "Das Blatt – Sport"),
        Offer("https://rss.blatt.at/b", "Das Blatt – Größe"),
        Offer("https://blatt.at/c", "Das Blatt – Sport"),
    )
    assert told == ["added: das-blatt/sport", "added: das-blatt/groesse", "added: das-blatt/sport-2"]


def test_feeds_of_a_host_of_many_publishers_are_outlets_of_their_own() -> None:
    told = verdicts(Offer("https://medium.com/feed/@a", "Anna"), Offer("https://medium.com/feed/@b", "Ben"))
    assert told == ["added: anna/news", "added: ben/news"]


def test_a_folder_that_holds_one_site_only_names_the_outlet() -> None:
    told = verdicts(
        Offer("https://x.at/a", "Ä", folder="Das X"),
        Offer("https://x.at/b", "B", folder="Das X"),
        Offer("https://y.at/a", "Y", folder="Alle"),
        Offer("https://z.at/a", "Z", folder="Alle"),
    )
    assert told == ["added: das-x/ae", "added: das-x/b", "added: y/news", "added: z/news"]


def test_slugs_of_new_outlets_are_never_those_of_others() -> None:
    told = verdicts(Offer("https://a.at/", "ORF"), Offer("https://b.at/", "orf!"), Offer("https://c.at/", "O-R-F"))
    assert told == ["added: orf-2/news", "added: orf-3/news", "added: o-r-f/news"]


def test_a_title_without_a_latin_letter_still_gives_a_slug() -> None:
    assert verdicts(Offer("https://новости.example/", "Новости"))[0].startswith("added: outlet/news")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://x.at/",
        "",
        "x",
        "http://",
        "https://a b/",
        "http://u:p@x.at/",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    assert verdicts(Offer(url))[0].startswith("refused: its address ")


def test_a_stranger_cannot_ask_for_our_environment() -> None:
    told, added = judge(
        Offer("https://evil.example/?x=${TOKEN}"), Offer("https://x.at/", "x ${TOKEN}", "https://${TOKEN}/")
    )
    assert [answer.verdict for answer in told] == [Verdict.REFUSED, Verdict.ADDED]
    assert "holds a placeholder" in told[0].detail
    assert "${" not in repr(added)


def test_a_title_of_control_characters_is_no_name() -> None:
    _, (new,) = judge(Offer("https://x.at/", "a\x1b[31m\u202e\nb" + "c" * 500))
    assert new.name is not None
    assert new.name.startswith("a [31m b")
    assert len(new.name) <= 200


@given(
    st.lists(
        st.builds(
            Offer,
            st.sampled_from(["https://x.at/a", "https://y.at/", "ftp://z", "http://orf.at/n"]),
            st.text(max_size=9),
        )
    )
)
@settings(deadline=None)
def test_offering_the_same_again_always_adds_nothing(offers: list[Offer]) -> None:
    told, added = answers(offers, LISTED)
    after = read(with_feeds(LAYOUTS["lines"], "feeds.yaml", added))
    again, nothing = answers(offers, after.outlets)
    assert nothing == ()
    assert [one.detail for one in told] == [one.detail for one in again]
    assert len(list(after.feeds())) == 1 + sum(one.verdict is Verdict.ADDED for one in told)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.orf.at/", "orf.at"),
        ("https://newsfeed.zeit.de/index", "zeit.de"),
        ("https://www.example", "www.example"),
        ("https://feeds.feedburner.com/x", ""),
        ("http://10.0.0.1/x", ""),
        ("http://[", ""),
    ],
)
def test_the_site_of_a_url_is_its_host_without_what_all_hosts_have(url: str, site: str) -> None:
    assert site_of(url) == site
