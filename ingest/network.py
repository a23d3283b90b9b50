"""How the web may be asked: the settings of feeds.yaml's `network:` as one value."""

from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Politeness and reach. `ca_file` is a further authority to trust; `proxy` an http(s) URL; `contact` goes into the
    User-Agent (a mail address or URL). The environment's proxies and certificates are never used.
    """

    spacing: timedelta = timedelta(seconds=2)
    per_host: int = 1
    concurrency: int = 200
    allow_private_hosts: tuple[str, ...] = ()
    ca_file: str | None = None
    proxy: str | None = None
    contact: str | None = None

    @property
    def user_agent(self) -> str:
        """Who asks, and where to complain (RFC 9110 section 10.1.5)."""
        name = f"chronik/{version('chronik')}"
        return f"{name} (+{self.contact})" if self.contact else name
