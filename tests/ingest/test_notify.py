"""What systemd is told, over a socket of the test's own."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.notify import Notifier


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def notifier(systemd: socket.socket, **more: str) -> Notifier:
    return Notifier.of({"NOTIFY_SOCKET": systemd.getsockname(), **more}, 42)


def heard(systemd: socket.socket) -> dict[str, str]:
    return dict(line.split("=", 1) for line in systemd.recv(4096).decode().splitlines())


def test_it_is_told_when_we_are_ready_and_when_we_stop(systemd: socket.socket) -> None:
    told = notifier(systemd)
    told.ready()
    told.stopping()
    assert [heard(systemd), heard(systemd)] == [{"READY": "1"}, {"STOPPING": "1"}]


def test_a_reload_names_its_time_as_notify_reload_wants_it(systemd: socket.socket) -> None:
    notifier(systemd).reloading()
    said = heard(systemd)
    assert said["RELOADING"] == "1"
    assert int(said["MONOTONIC_USEC"]) > 0


def test_a_sign_of_life_is_given_only_where_one_is_wanted(systemd: socket.socket) -> None:
    notifier(systemd).alive("3 feeds\n1 due")
    notifier(systemd, WATCHDOG_USEC="60000000").alive("3 feeds")
    assert heard(systemd) == {"STATUS": "3 feeds 1 due"}
    assert heard(systemd) == {"WATCHDOG": "1", "STATUS": "3 feeds"}


def test_a_watchdog_that_is_meant_for_another_process_is_not_ours(systemd: socket.socket) -> None:
    assert notifier(systemd, WATCHDOG_USEC="5000000", WATCHDOG_PID="42").watchdog == timedelta(seconds=5)
    assert notifier(systemd, WATCHDOG_USEC="5000000", WATCHDOG_PID="7").watchdog is None
    assert notifier(systemd, WATCHDOG_USEC="nonsense").watchdog is None


def test_an_abstract_name_is_found(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0chronik-test-{tmp_path.name}")
        listening.settimeout(5)
        Notifier.of({"NOTIFY_SOCKET": f"@chronik-test-{tmp_path.name}"}, 1).ready()
        assert listening.recv(100) == b"READY=1"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}])
def test_without_an_address_nothing_is_sent(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "socket")
    notifier = Notifier.of(environ, 1)
    notifier.ready()
    assert notifier.address is None


def test_where_nobody_listens_polling_goes_on(tmp_path: Path) -> None:
    nowhere = tmp_path / "nobody"
    Notifier.of({"NOTIFY_SOCKET": str(nowhere)}, 1).ready()
    assert not nowhere.exists()
