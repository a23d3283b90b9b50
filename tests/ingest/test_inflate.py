"""Gzip is undone to the end, in pieces, or not at all."""

import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.inflate import MOST_MEMBERS, PIECE, Gzip, InflateError

TEXT = b"<rss><channel><title>news</title></channel></rss>" * 40


def unpacked(data: bytes, step: int = 7) -> bytes:
    gunzip = Gzip()
    out = b"".join(piece for at in range(0, len(data), step) for piece in gunzip.feed(data[at : at + step]))
    gunzip.finish()
    return out


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(1, 50))
def test_what_was_packed_comes_out_however_it_is_cut(members: list[bytes], step: int) -> None:
    assert unpacked(b"".join(map(gzip.compress, members)), step) == b"".join(members)


@given(st.integers(1, len(gzip.compress(TEXT)) - 1), st.integers(1, 50))
def test_a_body_that_breaks_off_anywhere_is_an_error(length: int, step: int) -> None:
    with pytest.raises(InflateError) as caught:
        unpacked(gzip.compress(TEXT)[:length], step)
    assert caught.value.broken_off


@given(st.integers(10, len(gzip.compress(TEXT)) - 1), st.integers(1, 255))
def test_a_flipped_byte_never_gives_another_text(at: int, flip: int) -> None:
    data = bytearray(gzip.compress(TEXT))
    data[at] ^= flip
    with contextlib.suppress(InflateError):
        assert unpacked(bytes(data)) == TEXT  # there are bits that no text depends on


def test_a_wrong_checksum_is_an_error() -> None:
    data = gzip.compress(TEXT)
    with pytest.raises(InflateError, match="damaged"):
        unpacked(data[:-8] + bytes(4) + data[-4:])


def test_a_second_member_that_breaks_off_is_an_error() -> None:
    with pytest.raises(InflateError, match="breaks off"):
        unpacked(gzip.compress(TEXT) + gzip.compress(TEXT)[:30])


@pytest.mark.parametrize("rest", [b"\0" * 600, b"garbage", b"\x1f", b"\x1fx"])
def test_what_follows_the_last_member_is_left_out(rest: bytes) -> None:
    assert unpacked(gzip.compress(TEXT) + rest) == TEXT


def test_members_are_counted() -> None:
    assert unpacked(gzip.compress(b"") * (MOST_MEMBERS - 1) + gzip.compress(TEXT), 5000) == TEXT
    with pytest.raises(InflateError, match="members"):
        unpacked(gzip.compress(b"") * MOST_MEMBERS + gzip.compress(TEXT), 5000)


def test_a_bomb_comes_out_in_small_pieces() -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    pieces = Gzip().feed(bomb)
    assert all(len(next(pieces)) <= PIECE for _ in range(100))


def test_zlib_is_not_taken_for_gzip() -> None:
    with pytest.raises(InflateError):
        unpacked(zlib.compress(TEXT))
