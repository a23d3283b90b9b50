"""What no program could do without: a request over a bare socket, a pass of expat, rows written in one go."""

import sqlite3
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit
from xml.parsers import expat

from speed.feeds import states
from speed.server import Server


def limits(server: Server, folder: Path, feeds: int, seed: int) -> dict[str, float]:
    """CPU in milliseconds per feed."""
    bodies = [next(islice(states(seed, n), 1)) for n in range(feeds)]
    return {
        "a request over a bare socket": _each(feeds, lambda: [_ask(url) for url in server.urls()[:feeds]]),
        "a pass of expat": _each(feeds, lambda: [expat.ParserCreate().Parse(body, True) for body in bodies]),
        "executemany of 35 rows of 4 kB": _each(feeds, lambda: _write(folder / "limit.sqlite", feeds)),
    }


def _each(feeds: int, act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return 1000 * (time.process_time() - began) / feeds


def _ask(url: str) -> None:
    import socket

    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port)) as sock:
        sock.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        while sock.recv(65536):
            pass


def _write(path: Path, feeds: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table entry (n integer primary key, text)")
    for _ in range(feeds):
        connection.executemany("insert into entry (text) values (?)", [("x" * 4000,)] * 35)
    connection.commit()
    connection.close()
