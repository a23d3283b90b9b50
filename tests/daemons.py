"""Run `chronik run` as a service does: a process of its own, its log read as it comes."""

import contextlib
import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commands import start
from servers import Server

TIMES = "defaults: {min_interval: 1s, max_interval: 1s}"


@dataclass
class Running:
    """A daemon, and what it has logged so far."""

    process: subprocess.Popen[str]
    folder: Path
    log: list[dict[str, Any]] = field(default_factory=list)
    _more: threading.Condition = field(default_factory=threading.Condition)

    def read_log(self) -> None:
        """To the end of the log."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._more:
                self.log.append(json.loads(line))
                self._more.notify_all()

    def said(self, words: str) -> list[str]:
        """Messages with these words."""
        return [record["message"] for record in self.log if words in record["message"]]

    def wait_until_said(self, words: str, seconds: float = 30) -> str:
        """The first message with these words. Raises TimeoutError."""
        with self._more:
            if not self._more.wait_for(lambda: bool(self.said(words)), seconds):
                raise TimeoutError(f"{words!r} was not said in {seconds} s; said was {self.log}")
        return self.said(words)[0]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; its exit code. It must end within ten seconds."""
        self.process.send_signal(number)
        return self.process.wait(10)


def configure(folder: Path, server: Server, *paths: str, more: str = TIMES) -> Path:
    """A feeds.yaml whose outlets are this server's paths."""
    outlets = "".join(f"  o{n}: {{feeds: {{news: '{server.url(path)}'}}}}\n" for n, path in enumerate(paths))
    file = folder / "feeds.yaml"
    network = "network: {spacing: 0s, per_host: 20, allow_private_hosts: [127.0.0.0/8]}"
    file.write_text(f"{network}\n{more}\noutlets:\n{outlets}")
    return file


@contextlib.contextmanager
def running(folder: Path, *words: str, start_it: Callable[..., subprocess.Popen[str]] = start) -> Iterator[Running]:
    """`chronik run` in the folder; killed at the end if it still runs."""
    process = start_it("run", "--log-format", "json", *words, cwd=folder)
    daemon = Running(process, folder)
    reader = threading.Thread(target=daemon.read_log, daemon=True)
    reader.start()
    try:
        yield daemon
    finally:
        process.kill()
        process.wait()
        reader.join(10)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.05)
