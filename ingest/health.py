"""Answer `/healthz` and `/metrics`: how the daemon is, for those who look after it. Names no URL and no secret."""

from collections.abc import Awaitable, Callable, Sequence

from ingest.listener import Answering, Asked, Told

Measures = Callable[[], Awaitable[tuple[bytes, str]]]


def health(complaints: Callable[[], Sequence[str]], measures: Measures) -> Answering:
    """`complaints` say what keeps polling from moving (none: 200, else 503); `measures` gives a text and its type."""

    async def answer(asked: Asked) -> Told:
        if asked.path not in {"/healthz", "/metrics"}:
            return Told(b"here are /healthz and /metrics\n", 404)
        if asked.method not in {"GET", "HEAD"}:
            return Told(b"only GET\n", 405)
        if asked.path == "/healthz":
            told = complaints()
            return Told("".join(f"{line}\n" for line in told or ["ok"]).encode(), 503 if told else 200)
        body, content_type = await measures()
        return Told(body, content_type=content_type)

    return answer
