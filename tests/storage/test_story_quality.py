"""Copies are found and strangers are not: on generated articles, as the benchmark judges them, but fewer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.archive import Archive

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


pytestmark = pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="benchmarks are not part of a source distribution")


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, float]]:
    """Of 600 articles, a third of them copies, forty on each subject."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import stories as benchmark  # type: ignore[import-not-found]

        articles: list[Any] = list(benchmark.corpus(7, 600))
        path = tmp_path_factory.mktemp("quality") / "archive.sqlite"
        with Archive.open(str(path), create=True) as archive:
            list(benchmark.filled(archive, articles))
            yield benchmark.judged(archive, articles)


def test_what_shares_a_story_is_a_copy(figures: dict[str, float]) -> None:
    assert figures["pairs"] > 300
    assert figures["precision"] >= 0.98


def test_copies_share_a_story(figures: dict[str, float]) -> None:
    assert figures["recall"] >= 0.95


@pytest.mark.parametrize("kind", ["verbatim", "edited", "shortened", "agency line changed"])
def test_copies_of_each_kind_share_a_story(figures: dict[str, float], kind: str) -> None:
    assert figures[f"recall, {kind}"] >= 0.95
