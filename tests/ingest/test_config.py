"""feeds.yaml is read as a whole or refused with every problem, each with its place and its remedy."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from feedsyaml import BAD, ENVIRON, GOOD, OUTLETS, Bad, feed, outlet, top
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.config import Config, ConfigError, Problem, archive_in, config_of, listing, load_config, network_policy

HERE = Path("feeds.yaml")


def read(text: str) -> Config:
    return config_of(text, HERE, ENVIRON)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def outcome(text: str, environ: dict[str, str]) -> Config | tuple[Problem, ...]:
    """What comes of a text; any other error than ConfigError is a bug."""
    try:
        return config_of(text, HERE, environ)
    except ConfigError as error:
        return error.problems


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_makes_sense_is_read(name: str) -> None:
    assert read(GOOD[name]).outlets


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_problem_is_told_with_place_key_and_remedy(bad: Bad) -> None:
    (told,) = problems(bad.text)
    assert told.startswith(f"feeds.yaml:{bad.place}: {bad.key}{': ' if bad.key else ''}")
    assert bad.says in told


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_no_problem_tells_a_secret(bad: Bad) -> None:
    assert "geheim" not in "\n".join(problems(bad.text))


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    told = problems("contact: me\nnetwork: {per_host: 0, spacing: 2}\noutlets:\n  X: {feeds: {n: ftp://x/}}\n  y:\n")
    places = [one.split(": ")[0].removeprefix("feeds.yaml:") for one in told]
    assert places == ["1:10", "2:21", "2:33", "4:3", "4:18", "5:3"]


@pytest.mark.parametrize(
    "same",
    ["HTTPS://ORF.at/a", "https://orf.at:443/a", "http://orf.at/a", "https://orf.at/a/", "https://orf.at/%61#top"],
)
def test_the_same_feed_in_another_spelling_is_told(same: str) -> None:
    (told,) = problems(f"outlets:\n  x: {{feeds: {{a: 'https://orf.at/a'}}}}\n  y: {{feeds: {{b: '{same}'}}}}\n")
    assert "outlets.y.feeds.b: is the same feed as outlets.x.feeds.a on line 2" in told


def test_feeds_that_differ_in_query_or_port_are_two() -> None:
    urls = ["http://x.at/?a=1", "http://x.at/?a=2", "http://x.at:8080/?a=1", "http://x.at/A", "http://x.at/a"]
    config = read("outlets: {x: {feeds: {" + ", ".join(f"f{n}: '{url}'" for n, url in enumerate(urls)) + "}}}")
    assert [one.url for one in config.feeds()] == urls


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("outlets:\n\torf: x\n\n\ty: z\n", ["2:1: a tab", "4:1: a tab"]),
        ("a: b: c\n", ["1:5: this is not YAML"]),
        ("outlets: [\n", ["this is not YAML"]),
        ("outlets: {a: &x {}, b: *x}\n", ["1:14: anchors"]),
        ("outlets: *x\n", ["1:10: anchors"]),
        ("outlets: !!python/object:os.system x\n", ["1:10: tags"]),
        (OUTLETS + "---\na: b\n", ["4:1: a second document"]),
        ("? [a]\n: b\n", ["1:3: a key is a plain word"]),
        ("a: " + "[" * 5000, ["nested deeper than 12 levels"]),
        ("contact: \x01\n", ["1:10: this is not YAML"]),
        ('contact: "\\UFFFFFFFF"\n', ["this is not YAML"]),
        ("%YAML 9.0\n---\na: b\n", ["this is not YAML"]),
    ],
)
def test_text_that_is_not_plain_yaml_is_refused_where_it_stands(text: str, says: list[str]) -> None:
    told = problems(text)
    assert len(told) == len(says)
    assert all(expected in one for expected, one in zip(says, told, strict=True))


def test_a_bomb_of_aliases_does_not_go_off() -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "anchors" in problems("\n".join(["a0: &a0 lol", *levels]))[0]


def test_half_a_surrogate_is_no_text() -> None:
    assert "control character" in problems(outlet('name: "\\ud800"'))[0]


@given(st.text(alphabet=st.sampled_from("outles: \n-[]{}'\"#&*!|>%@\t\x00ä0x,?"), max_size=60))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_text_is_a_config_or_problems_never_another_error(text: str) -> None:
    told = outcome(text, {})
    assert isinstance(told, Config) or told


_SOME_KEYS = """
    archive documents contact defaults backfill network daemon websub alerts backup outlets feeds url headers homepage
    name
    timezone language country min_interval max_bytes allow_private_hosts x
"""
_KEYS = st.sampled_from(_SOME_KEYS.split())


@given(st.recursive(st.none() | st.text(max_size=8), lambda inner: st.dictionaries(_KEYS, inner, max_size=4)))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_tree_of_known_keys_is_a_config_or_problems(tree: object) -> None:
    told = outcome(json.dumps(tree), {})
    assert isinstance(told, Config) or all(problem.line for problem in told)


def test_a_file_that_cannot_be_had_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"outlets:\n  # Gr\xfc\xdfe\n")
    (tmp_path / "huge.yaml").write_bytes(b"#" * (5 * 1024**2))
    for name, says in {
        "none.yaml": "there is no such file",
        ".": "this is a folder",
        "latin.yaml": "latin.yaml:2:7: is not UTF-8",
        "huge.yaml": "is larger than 4 MiB",
        "a\0b": "cannot be read",
    }.items():
        with pytest.raises(ConfigError) as caught:
            load_config(tmp_path / name, {})
        assert len(caught.value.problems) == 1
        assert says in str(caught.value)


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.touch(mode=0o000)
    with as_nobody(), pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        load_config(path, {})


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + feed("https://orf.at/n").replace("\n", "\r\n").encode())
    assert load_config(path, {}).feed("orf/news")


# --- values -----------------------------------------------------------------------------------------------------------


def test_what_is_not_said_is_the_default() -> None:
    config = read(feed("https://orf.at/n"))
    one = config.feed("orf/news")
    assert one
    assert (one.min_interval, one.max_interval) == (timedelta(minutes=5), timedelta(hours=24))
    assert (one.timeout, one.max_bytes, one.spacing) == (timedelta(seconds=30), 32 * 1024**2, timedelta(seconds=2))
    assert config.archive.value == str(Path("archive.sqlite").absolute())
    assert config.backfill.wayback == "https://web.archive.org"
    assert (config.network.concurrency, config.backup.keep) == (200, 7)


def test_a_feed_overrules_its_outlet_and_the_outlet_the_defaults() -> None:
    config = read(
        "defaults: {timeout: 10s, max_bytes: 1MiB, headers: {A: '1', B: '1'}}\nnetwork: {spacing: 4s}\n"
        "outlets:\n  x:\n    timeout: 20s\n    headers: {b: '2', C: '2'}\n"
        "    feeds:\n      one: {url: 'https://x.at/1', timeout: 9m, spacing: 0s, headers: {c: '3'}}\n"
        "      two: https://x.at/2\n"
    )
    one, two = config.feeds()
    assert (one.timeout, one.max_bytes, one.spacing) == (timedelta(minutes=9), 1024**2, timedelta(0))
    assert (two.timeout, two.spacing) == (timedelta(seconds=20), timedelta(seconds=4))
    assert one.headers == (("A", "1"), ("b", "2"), ("c", "3"))
    assert two.headers == (("A", "1"), ("b", "2"), ("C", "2"))


def test_a_feed_that_is_found_later_is_asked_as_its_outlet_says() -> None:
    config = read("defaults: {timeout: 3s}\noutlets: {x: {homepage: 'https://x.at/', timeout: 9s}}")
    assert config.manner("x/news").timeout == timedelta(seconds=9)
    assert config.manner("gone/news").timeout == timedelta(seconds=3)


@pytest.mark.parametrize(
    ("written", "country"), [("no", "NO"), ("NO", "NO"), ("'no'", "NO"), ("at", "AT"), ("xk", "XK"), ("null", None)]
)
def test_a_scalar_is_the_text_it_is(written: str, country: str | None) -> None:
    assert read(outlet(f"country: {written}")).outlets[0].country == country


@pytest.mark.parametrize("name", ["no", "1.10", "2024-01-01", "0x1F", "on"])
def test_a_name_that_looks_like_something_else_is_a_name(name: str) -> None:
    assert read(outlet(f"name: {name}")).outlets[0].name == name


@given(st.integers(1, 8760), st.sampled_from("smhd"))
def test_every_duration_in_bounds_is_read_to_the_second(number: int, unit: str) -> None:
    seconds = number * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
    text = outlet(f"max_interval: {number}{unit}\n    min_interval: 1s")
    if seconds <= 365 * 86400:
        assert read(text).outlets[0].max_interval == timedelta(seconds=seconds)
    else:
        assert "out of bounds" in problems(text)[0]


@pytest.mark.parametrize(
    ("written", "size"), [("5kB", 5000), ("5KiB", 5120), ("1.5MiB", 1572864), ("1GB", 10**9), ("2048B", 2048)]
)
def test_sizes_tell_thousands_from_1024s(written: str, size: int) -> None:
    assert read(top(f"defaults: {{max_bytes: {written}}}")).defaults.max_bytes == size


def test_paths_start_at_the_file_not_at_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")
    path = tmp_path / "feeds.yaml"
    path.write_text(top("archive: sub/a.sqlite\nnetwork: {ca_file: ca.pem}\nbackup: {to: copies}"))
    config = load_config(path, {})
    assert config.archive.value == str(tmp_path / "sub/a.sqlite")
    assert config.network.ca_file == tmp_path / "ca.pem"
    assert config.backup.to == tmp_path / "copies"
    assert network_policy(config).ca_file == str(tmp_path / "ca.pem")


def test_two_readings_of_one_file_are_equal_and_tell_of_a_change() -> None:
    assert read(feed("https://orf.at/n")) == read(feed("https://orf.at/n"))
    assert read(feed("https://orf.at/n")) != read(feed("https://orf.at/m"))


def test_languages_are_in_canonical_case() -> None:
    assert read(outlet("language: DE-at")).outlets[0].language == "de-AT"


# --- secrets ----------------------------------------------------------------------------------------------------------

SECRET = feed(
    "{url: 'https://${USER_NAME}:${PASSWORD}@x.example/${TOKEN}', headers: {Authorization: 'Bearer ${TOKEN}'}}"
)


def test_the_environment_goes_into_the_value_and_never_into_what_is_kept_or_shown() -> None:
    config = read(SECRET)
    one = config.feed("orf/news")
    assert one
    assert one.url == "https://ann:opensesame@x.example/t0k3n"
    assert one.headers == (("Authorization", "Bearer t0k3n"),)
    assert one.url_template == "https://${USER_NAME}:${PASSWORD}@x.example/${TOKEN}"
    shown = repr(config) + repr(listing(config)) + str(one.location)
    assert "opensesame" not in shown
    assert "t0k3n" not in shown


def test_a_feed_tells_which_values_to_take_out_of_what_is_shown() -> None:
    one = read(SECRET).feed("orf/news")
    assert one
    assert set(one.secrets) == {("ann", "${USER_NAME}"), ("opensesame", "${PASSWORD}"), ("t0k3n", "${TOKEN}")}


@pytest.mark.parametrize("password", ["a@evil.example", "a/b", "a#b", "a?b", "x@evil.example/"])
def test_a_secret_cannot_move_a_url_to_another_host(password: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_of(feed("https://u:${P}@x.example/"), HERE, {"P": password})
    assert password not in str(caught.value)


@pytest.mark.parametrize("value", ["", "a\nb", "a\x00", None])
def test_a_variable_that_is_empty_or_holds_control_characters_is_told_by_its_name(value: str | None) -> None:
    with pytest.raises(ConfigError, match="needs the environment variable P") as caught:
        config_of(feed("https://x.example/${P}"), HERE, {} if value is None else {"P": value})
    assert "a\n" not in str(caught.value)


@given(st.text(min_size=8, alphabet=st.characters(codec="utf-8")), st.sampled_from(["url", "timeout", "country"]))
def test_no_problem_ever_tells_what_a_variable_holds(secret: str, where: str) -> None:
    told = outcome(feed("${S}") if where == "url" else outlet(f"{where}: ${{S}}"), {"S": secret})
    assert isinstance(told, Config) or secret not in "".join(map(str, told))
    assert where != "url" or secret not in repr(told)


# --- what else is read ------------------------------------------------------------------------------------------------


def test_the_listing_is_what_the_file_lists() -> None:
    (one, two) = listing(read(feed("https://orf.at/n") + "  x: {homepage: 'https://x.at/', country: AT}\n"))
    assert [(feed.slug, feed.url) for feed in one.feeds] == [("news", "https://orf.at/n")]
    assert (two.slug, two.homepage, two.country, two.feeds) == ("x", "https://x.at/", "AT", ())


def test_where_the_archive_is_can_be_read_from_a_file_that_is_wrong_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text("outlets: {archive: no}\nqqq: [archive]\narchive: here.sqlite\ncontact: ${NOWHERE}\n\tx: [\n")
    assert archive_in(path, {}).value == str(tmp_path / "here.sqlite")
    path.write_text("outlets: {archive: no}\n")
    assert archive_in(path, {}).value == str(tmp_path / "archive.sqlite")
    path.write_text("archive: mysql://x/y\n")
    with pytest.raises(ConfigError, match="1:10: archive: "):
        archive_in(path, {})
