"""The archive is a function of the set of documents: in any order, any number of times, it tells the same."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from saying import Said, rows, told, visit

from storage.archive import Archive
from storage.rebuild import Rethreaded, rethread

said = st.builds(
    Said,
    title=st.sampled_from(["A", "B", "C", None]),
    guid=st.sampled_from(["1", "2", "3", None]),
    url=st.sampled_from(["https://x.at/1", "https://x.at/2", "https://x.at/3", None]),
    text=st.sampled_from(["kurz", "ein langer Text", None]),
    at=st.sampled_from([None, 0, 1]),
    noise=st.sampled_from([None, "x", "y"]),
)
plain = st.builds(
    lambda n, edition: Said(f"Nr. {n}, {edition}", guid=str(n), url=f"https://x.at/{n}", at=n),
    n=st.integers(0, 6),
    edition=st.integers(0, 1),
)


@st.composite
def renamed(draw: st.DrawFn) -> list[Said]:
    """A document of an outlet that names all of its articles anew now and then."""
    era = draw(st.integers(0, 2))
    is_dated = draw(st.booleans())
    of = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=3, unique_by=lambda each: each[0]))
    return [
        Said(
            f"Nr. {n}, {edition % 2}",
            guid=f"{era}{n}",
            url=f"https://x.at/{era}/{n}",
            text=f"Was Nr. {n} zu sagen hatte, Ausgabe {edition // 2}",
            at=n if is_dated else None,
        )
        for n, edition in of
    ]


document = st.lists(said | plain, max_size=4) | renamed()
observation = st.tuples(st.integers(0, 1), st.integers(0, 6), document)
Seen = tuple[int, int, list[Said]]
history = st.lists(observation, min_size=1, max_size=7)


@cache
def empty_archive() -> bytes:
    """A new archive, as a file: making one takes longer than a test's whole history."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite"
        Archive.open(str(path), create=True).close()
        return path.read_bytes()


def archived(path: Path, seen: Sequence[Seen], together: bool) -> dict[str, list[tuple[object, ...]]]:
    path.write_bytes(empty_archive())
    with Archive.open(str(path)) as archive:
        feeds = [archive.ensure_feed("orf", slug) for slug in ("alle", "sport")]
        visits = [visit(feeds[feed], at, *entries) for feed, at, entries in seen]
        for group in [visits] if together else [[each] for each in visits]:
            archive.record(group)
        assert not rows(archive, "pragma foreign_key_check")
        with archive.write() as tx:  # what grew step by step is what follows at a stroke
            assert all(rethread(tx, feed.feed_id) == Rethreaded(set(), set()) for feed in feeds)
        return told(archive)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data(), seen=history)
def test_any_order_and_any_repetition_tell_the_same(data: st.DataObject, seen: list[Seen]) -> None:
    shuffled = data.draw(st.permutations(seen)) + data.draw(st.lists(st.sampled_from(seen), max_size=3))
    with TemporaryDirectory() as folder:
        in_order = archived(Path(folder) / "a.sqlite", sorted(seen, key=lambda each: each[1]), together=True)
        any_order = archived(Path(folder) / "b.sqlite", shuffled, together=False)
    assert in_order == any_order
