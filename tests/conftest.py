"""Hostile weather for every test: an odd time zone, and no network but loopback."""

import os
import signal
import socket
import time
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("chronik", deadline=None)  # how fast a machine is, is nothing that a test asserts
settings.load_profile("chronik")
os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()
# A shell begins jobs in the background with this one ignored, and all that they start inherits it.
signal.signal(signal.SIGINT, signal.default_int_handler)
for name in [name for name in os.environ if name.startswith("CHRONIK_")]:
    del os.environ[name]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anywhere but this machine is a fault of the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            raise AssertionError(f"a test asked for {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")
