"""A real browser for tests, and the page over an archive served to it."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]


@contextmanager
def browsing() -> Iterator[Any]:
    """Chromium without a screen. Where it lacks tests are skipped with the reason; in CI they fail."""
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("there is no chromium on this machine: install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_over(path: Path) -> Iterator[str]:
    """The address of the page over an archive, served from a thread."""
    import uvicorn

    from storage.web.application import application

    server = uvicorn.Server(
        uvicorn.Config(application(path, ["news.example"]), port=0, log_level="error", lifespan="on")
    )
    sock = server.config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        sock.close()
