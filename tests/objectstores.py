"""A server that speaks S3, on loopback, in this process: it can go away, come back as it was, and refuse a key."""

import logging
import os
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.server import ThreadedMotoServer

BUCKET = "news"
PLAIN = {"Content-Type": "text/plain"}
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": "much-too-secret", "AWS_REGION": "us-east-1"}


@dataclass
class S3:
    """`url` is a place in its bucket; `environ` what a client of it needs."""

    port: int
    url: str = f"s3://{BUCKET}/raw"
    environ: dict[str, str] = field(default_factory=dict)
    _server: Any = None

    def begin(self) -> None:
        """Answer, with all that was put before."""
        self._server = ThreadedMotoServer("127.0.0.1", self.port, verbose=False)
        self._server.start()
        self.port = self._server.get_host_and_port()[1]
        self.environ = ENVIRONMENT | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}"}

    def go_away(self) -> None:
        """Answer no more; what was put stays."""
        self._server.stop()

    def refuse_keys(self, *, after: int = 0) -> None:
        """From so many requests on no key is good."""
        self.ask("POST", "/moto-api/reset-auth", str(after).encode())

    def names(self) -> list[str]:
        """What it has."""
        return re.findall(r"<Key>([^<]+)</Key>", self.ask("GET", f"/{BUCKET}?list-type=2").decode())

    def ask(self, method: str, path: str, data: bytes | None = None) -> bytes:
        """Ask it as no client would."""
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, data, PLAIN, method=method)) as answer:
            return bytes(answer.read())


@contextmanager
def s3() -> Iterator[S3]:
    """A server with an empty bucket; its key is in our environment meanwhile."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = S3(0)
    server.begin()
    before = dict(os.environ)
    os.environ.update(server.environ)
    try:
        server.ask("POST", "/moto-api/reset")
        server.ask("PUT", f"/{BUCKET}")
        yield server
    finally:
        os.environ.clear()
        os.environ.update(before)
        server.refuse_keys(after=1_000_000)
        server.go_away()
