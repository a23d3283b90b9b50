"""Whatever the bytes: a reading or a ReadError, and nothing else."""

import multiprocessing
import traceback
from concurrent.futures import ProcessPoolExecutor

import fuzzing

DOCUMENTS = 20_000
_CHUNK = 500


def test_no_document_makes_the_reading_of_it_fail() -> None:
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        failures = [failure for found in pool.map(failures_from, range(0, DOCUMENTS, _CHUNK)) for failure in found]
    assert not failures, failures[0]


def failures_from(first: int) -> list[str]:
    """The documents of a chunk that break the rule, each with its number, body and traceback."""
    return [
        f"document {first + offset}, {hints}\n{body!r}\n{failure}"
        for offset, (body, hints) in enumerate(fuzzing.documents(first, _CHUNK))
        if (failure := _failure(body, hints))
    ]


def _failure(body: bytes, hints: fuzzing.Hints) -> str:
    try:
        fuzzing.outcome(body, hints)
    except Exception:  # noqa: BLE001
        return traceback.format_exc()
    return ""


def test_every_document_of_the_fuzz_is_the_same_at_every_run() -> None:
    assert list(fuzzing.documents(7, 20)) == list(fuzzing.documents(7, 20))
