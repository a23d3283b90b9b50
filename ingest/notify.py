"""Tell systemd how we are (sd_notify(3)): ready, reloading, stopping, alive. Nothing happens where nobody listens."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Notifier:
    """`address` is $NOTIFY_SOCKET (a path, or @ and an abstract name); None: nobody listens."""

    address: str | None = None
    watchdog: timedelta | None = None  # it wants a sign of life at least this often

    @classmethod
    def of(cls, environ: Mapping[str, str], pid: int) -> "Notifier":
        """From the environment that systemd gave the process `pid`."""
        micros = environ.get("WATCHDOG_USEC", "")
        meant = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        every = timedelta(microseconds=int(micros)) if micros.isdigit() and meant and int(micros) else None
        return cls(environ.get("NOTIFY_SOCKET") or None, every)

    def ready(self) -> None:
        """All is open and polling begins, or goes on with the new configuration."""
        self._send("READY=1")

    def reloading(self) -> None:
        """The configuration is being read; `ready` follows, whether it was taken or refused."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """No more is begun."""
        self._send("STOPPING=1")

    def alive(self, status: str) -> None:
        """Polling moves."""
        self._send(f"WATCHDOG=1\nSTATUS={_one_line(status)}" if self.watchdog else f"STATUS={_one_line(status)}")

    def says(self, status: str) -> None:
        """What `systemctl status` shows."""
        self._send(f"STATUS={_one_line(status)}")

    def _send(self, text: str) -> None:
        if self.address is None:
            return
        name = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
                sock.setblocking(False)
                sock.sendto(text.encode(), name)
        except OSError:  # systemd is not there, or has no time: polling goes before telling
            return


def _one_line(text: str) -> str:
    return " ".join(text.split())
