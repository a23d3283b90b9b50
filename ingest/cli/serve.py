"""`chronik serve`: a read-only page over the archive, for a browser."""

import argparse
import contextlib
import signal
import sys
from ipaddress import ip_address
from pathlib import Path

from ingest.cli.frame import DONE, Stop
from ingest.cli.settings import archive_location

PORT = 8001


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.epilog = "Needs chronik[web]. Whoever reaches the port can read all of the archive; nobody can change it."
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default 127.0.0.1: this machine alone)")
    parser.add_argument("--port", type=int, default=PORT, help=f"default {PORT}; 0: any that is free")
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="answer to this name too, given by a proxy before it",
    )


def main(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    from storage.engine import is_url, sqlite_path
    from storage.errors import ArchiveError
    from storage.reading import reading

    location = archive_location(args)
    path = sqlite_path(location)
    if path is None or (is_url(location) and not location.startswith("sqlite")):
        raise Stop(
            "the page is there for SQLite archives only: point Datasette, Grafana or psql at the views of this one"
        )
    try:
        with reading(location):
            pass  # it is there, and of this release
    except ArchiveError as error:
        raise Stop(str(error)) from error
    return _serve(path, args.host, args.port, args.name)


def _serve(path: Path, host: str, port: int, names: list[str]) -> int:
    try:
        import uvicorn

        from storage.web.application import application
    except ModuleNotFoundError as error:
        raise Stop(f"{error.name} is not installed: pip install 'chronik[web]'") from None
    if not is_loopback(host):
        print(f"chronik: whoever reaches {host}:{port} can read all of {path}", file=sys.stderr)
    listening = uvicorn.Config(
        application(path, names if is_loopback(host) else None),
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
    )
    try:
        sock = listening.bind_socket()
    except SystemExit:
        raise Stop(f"{host}:{port} cannot be listened at: choose another --port or --host") from None
    sock.listen()  # who reads the address may come at once
    print(f"http://{_spelled(host)}:{sock.getsockname()[1]}/ shows {path}; Ctrl-C ends it", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # uvicorn ends in order, and then raises what ended it
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(listening).run(sockets=[sock])
    return DONE


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _spelled(host: str) -> str:
    return f"[{host}]" if ":" in host else host
