"""Files that make sense and files that do not: one table for the reader of feeds.yaml and for its JSON Schema."""

from dataclasses import dataclass

ENVIRON = {"USER_NAME": "ann", "PASSWORD": "opensesame", "TOKEN": "t0k3n", "WAIT": "7m", "WHOLE": "https://x.example/f"}

OUTLETS = "outlets:\n  orf:\n    homepage: https://orf.at/\n"


@dataclass(frozen=True)
class Bad:
    """A file with one problem: where it is, and words of what is said. `by_schema`: a schema can tell it too."""

    name: str
    text: str
    place: str
    key: str
    says: str
    by_schema: bool = True


def outlet(line: str) -> str:
    """A file whose only outlet has this line (line 4, its value from column 5 on)."""
    return f"{OUTLETS}    {line}\n"


def feed(value: str) -> str:
    """A file whose only feed (line 5) is this."""
    return f"{OUTLETS}    feeds:\n      news: {value}\n"


def top(text: str) -> str:
    """A file that begins with this text."""
    return f"{text}\n{OUTLETS}"


GOOD = {
    "an outlet with a homepage alone": OUTLETS,
    "a feed as a URL": feed("https://orf.at/news.xml"),
    "a feed as a mapping": feed("{url: 'https://orf.at/n', min_interval: 15m, headers: {Accept-Language: de-AT}}"),
    "an outlet without homepage": "outlets: {x: {feeds: {news: 'http://x.example/'}}}",
    "no is Norway": outlet("country: no"),
    "a host in another script": feed("https://grüße.example/feed"),
    "an address as host": feed("http://[::1]:8080/feed"),
    "a secret in the query": feed("https://x.example/?t=${TOKEN}"),
    "credentials from the environment": feed("https://${USER_NAME}:${PASSWORD}@x.example/"),
    "a whole URL from the environment": feed("${WHOLE}"),
    "a duration from the environment": outlet("min_interval: ${WAIT}"),
    "an empty section": top("daemon:"),
    "a language with region": outlet("language: de-AT"),
    "several units": outlet("min_interval: 1h30m"),
    "no spacing": top("network: {spacing: 0s}"),
    "no capture archive": top("backfill: {spacing: 5s, wayback: null}"),
    "private hosts": top("network: {allow_private_hosts: [localhost, 'localhost:80', 10.0.0.0/8, '::1', '[::1]:80']}"),
    "a contact by mail": top("contact: bot@example.org"),
    "a contact by URL": top("contact: https://example.org/bot"),
    "an archive on a server": top("archive: postgresql+psycopg://me:${PASSWORD}@db/chronik"),
    "documents in a bucket": top("documents: s3://bucket/prefix"),
    "documents in a folder": top("documents: file:///mnt/raw%20documents"),
    "every section": top(
        "archive: a.sqlite\ndocuments: null\n"
        "defaults: {min_interval: 5m, max_interval: 24h, timeout: 30s, max_bytes: 32MiB}\n"
        "network: {spacing: 2s, per_host: 1, concurrency: 200, allow_private_hosts: [], ca_file: null, proxy: null}\n"
        "daemon: {listen: '127.0.0.1:9090'}\nwebsub: {callback: null, listen: null}\nalerts: {webhook: null}\n"
        "backup: {to: null, every: 1d, keep: 7}"
    ),
}

BAD = (
    Bad("empty", "", "1:1", "", "is empty"),
    Bad("only a comment", "# nothing\n", "1:1", "", "is empty"),
    Bad("a list", "- orf\n", "1:1", "", "a list stands where a mapping"),
    Bad("no outlets", "contact: a@b.at\n", "1:1", "outlets", "there is none"),
    Bad("empty outlets", "outlets:\n", "1:1", "outlets", "there is none"),
    Bad("unknown section", top("defalts: {}"), "1:1", "defalts", "did you mean 'defaults'?"),
    Bad("unknown key", outlet("feed: x"), "4:5", "outlets.orf.feed", "did you mean 'feeds'?"),
    Bad("far from any key", outlet("qqq: x"), "4:5", "outlets.orf.qqq", "known here: name, homepage"),
    Bad("key twice", outlet("homepage: https://x.at/"), "4:5", "outlets.orf.homepage", "first on line 3", False),
    Bad("outlet twice", OUTLETS + "  orf: {homepage: 'https://o.at/'}\n", "4:3", "outlets.orf", "line 2", False),
    Bad("slug in capitals", "outlets: {ORF: {homepage: 'https://orf.at/'}}", "1:11", "outlets.ORF", "such as orf"),
    Bad("slug with umlaut", "outlets: {öde: {homepage: 'https://a.at/'}}", "1:11", "outlets.öde", "such as oede"),
    Bad("neither feeds nor homepage", "outlets:\n  x: {name: X}\n", "2:3", "outlets.x", "neither feeds nor a homepage"),
    Bad("feed without url", feed("{timeout: 5s}"), "5:7", "outlets.orf.feeds.news", "has no url"),
    Bad("feed without value", feed(""), "5:7", "outlets.orf.feeds.news", "has no value"),
    Bad("feeds as a list", outlet("feeds: [x]"), "4:12", "outlets.orf.feeds", "a list stands where a mapping"),
    Bad("outlet as text", "outlets: {x: y}", "1:14", "outlets.x", "a single value stands where a mapping"),
    Bad("unit in words", outlet("min_interval: 5 minutes"), "4:19", "outlets.orf.min_interval", "write 5m"),
    Bad("unit of a minute", outlet("min_interval: 5min"), "4:19", "outlets.orf.min_interval", "write 5m"),
    Bad("weeks", outlet("max_interval: 1w"), "4:19", "outlets.orf.max_interval", "write 7d"),
    Bad("no unit", top("defaults: {timeout: 30}"), "1:21", "defaults.timeout", "such as 30s"),
    Bad("no time", top("defaults: {min_interval: 0s}"), "1:26", "defaults.min_interval", "write 1s to 365d"),
    Bad("too long", top("defaults: {timeout: 99999999999d}"), "1:21", "defaults.timeout", "write 0.1s to 10m", False),
    Bad("size with a blank", top("defaults: {max_bytes: 32 MiB}"), "1:23", "defaults.max_bytes", "write 32MiB"),
    Bad("size by a letter", top("defaults: {max_bytes: 32M}"), "1:23", "defaults.max_bytes", "write 32MiB"),
    Bad("small size", top("defaults: {max_bytes: 1B}"), "1:23", "defaults.max_bytes", "1024B to 1024MiB", False),
    Bad("min above max", outlet("min_interval: 2d"), "2:3", "outlets.orf", "2d is above max_interval 1d", False),
    Bad("no number", top("network: {per_host: one}"), "1:21", "network.per_host", "is no whole number"),
    Bad("too few", top("network: {per_host: 0}"), "1:21", "network.per_host", "write 1 to 100"),
    Bad("no time zone", outlet("timezone: Europe/Wien"), "4:15", "outlets.orf.timezone", "'Europe/Vienna'", False),
    Bad("outside of zones", outlet("timezone: ../etc/passwd"), "4:15", "outlets.orf.timezone", "no time zone", False),
    Bad("language in words", outlet("language: german"), "4:15", "outlets.orf.language", "write de"),
    Bad("no language", outlet("language: zz"), "4:15", "outlets.orf.language", "such as de", False),
    Bad("country in words", outlet("country: Austria"), "4:14", "outlets.orf.country", "write AT"),
    Bad("no country", outlet("country: uk"), "4:14", "outlets.orf.country", "write GB", False),
    Bad("no scheme", feed("orf.at/rss"), "5:13", "outlets.orf.feeds.news", "write https://orf.at/rss"),
    Bad(
        "scheme of a file", feed("file:///etc/passwd"), "5:13", "outlets.orf.feeds.news", "write http://… or https://…"
    ),
    Bad("scheme of readers", feed("feed://x.at/a"), "5:13", "outlets.orf.feeds.news", "write https://x.at/a"),
    Bad("no host", feed("http:///rss"), "5:13", "outlets.orf.feeds.news", "no URL of the web", False),
    Bad("no port", feed("http://x.at:99999/"), "5:13", "outlets.orf.feeds.news", "host and port", False),
    Bad("blank in URL", feed("http://x.at/a b"), "5:13", "outlets.orf.feeds.news", "percent-encode"),
    Bad("literal password", feed("https://ann:geheim@x.at/"), "5:13", "outlets.orf.feeds.news", "credentials", False),
    Bad("literal token", feed("https://geheim@x.at/"), "5:13", "outlets.orf.feeds.news", "credentials", False),
    Bad("blank name", outlet("name: ' '"), "4:11", "outlets.orf.name", "is no name", False),
    Bad("missing variable", feed("https://x.at/${NOWHERE}"), "5:13", "outlets.orf.feeds.news", "NOWHERE", False),
    Bad("bad placeholder", feed("https://x.at/${NO-NAME}"), "5:13", "outlets.orf.feeds.news", "no placeholder"),
    Bad("text for a list", top("network: {allow_private_hosts: x}"), "1:32", "network.allow_private_hosts", "a list"),
    Bad(
        "host bits in CIDR",
        top("network: {allow_private_hosts: [10.0.0.1/8]}"),
        "1:33",
        "network.allow_private_hosts[0]",
        "write 10.0.0.0/8",
        False,
    ),
    Bad(
        "URL for a host",
        top("network: {allow_private_hosts: ['http://lan:80/x']}"),
        "1:33",
        "network.allow_private_hosts[0]",
        "write its host only: lan:80",
    ),
    Bad("no file", top("network: {ca_file: none.pem}"), "1:20", "network.ca_file", "names no file", False),
    Bad("port alone", top("daemon: {listen: 9090}"), "1:18", "daemon.listen", "is no host"),
    Bad("host alone", top("daemon: {listen: localhost}"), "1:18", "daemon.listen", "no port"),
    Bad("half of WebSub", top("websub: {callback: 'https://x.at/'}"), "1:9", "websub", "write both", False),
    Bad("no contact", top("contact: me"), "1:10", "contact", "is no contact"),
    Bad("link for a contact", top("contact: mailto:a@b.at"), "1:10", "contact", "the address only: a@b.at"),
    Bad("foreign archive", top("archive: mysql://x/y"), "1:10", "archive", "is no archive", False),
    Bad("password of the archive", top("archive: postgresql://a:geheim@h/d"), "1:10", "archive", "password", False),
    Bad("no store", top("documents: /mnt/raw"), "1:12", "documents", "write s3://bucket/prefix, or file:///folder"),
    Bad("store without a bucket", top("documents: s3:///x"), "1:12", "documents", "is no object store"),
    Bad("folder of another machine", top("documents: file://host/x"), "1:12", "documents", "is no object store"),
    Bad("key of a store", top("documents: s3://key@bucket/x"), "1:12", "documents", "into the environment", False),
    Bad(
        "header of ours",
        outlet("headers: {User-Agent: x}"),
        "4:15",
        "outlets.orf.headers.User-Agent",
        "is set by chronik itself",
    ),
    Bad(
        "literal secret in a header",
        outlet("headers: {Authorization: geheim}"),
        "4:30",
        "outlets.orf.headers.Authorization",
        "write ${NAME}",
        False,
    ),
    Bad(
        "line break in a header",
        outlet('headers: {X: "a\\nEvil: b"}'),
        "4:18",
        "outlets.orf.headers.X",
        "control character",
        False,
    ),
)
