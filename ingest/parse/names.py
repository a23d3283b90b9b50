"""What an element is called: the prefix that everybody uses for its namespace, whatever the document chose."""

from typing import Any, TypeAlias

Element: TypeAlias = Any  # lxml has no types

XHTML = "http://www.w3.org/1999/xhtml"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
ATOM_10 = "http://www.w3.org/2005/Atom"
ATOM_03 = "http://purl.org/atom/ns#"
RSS_10 = "http://purl.org/rss/1.0/"
RSS_090 = "http://my.netscape.com/rdf/simple/0.9/"
XML = "{http://www.w3.org/XML/1998/namespace}"

_ATOM = [
    *(ATOM_10, ATOM_03, "http://example.com/newformat#", "http://example.com/necho", "http://purl.org/echo/"),
    *("uri/of/echo/namespace#", "http://purl.org/pie/"),
]
_RSS = [
    *(RSS_10, RSS_090, "http://backend.userland.com/rss", "http://backend.userland.com/rss2"),
    *("http://blogs.law.harvard.edu/tech/rss", "http://cyber.law.harvard.edu/rss/rss.html"),
    *("http://purl.org/rss/1.0/modules/rss091#", "http://channel.netscape.com/rdf/simple/0.9/"),
]

# The first namespace of a prefix is the one that an undeclared prefix is taken to mean.
_MODULES = {
    "admin": ["http://webns.net/mvcb/"],
    "app": ["http://www.w3.org/2007/app"],
    "atom": _ATOM,
    "cc": ["http://web.resource.org/cc/", "http://creativecommons.org/ns"],
    "content": ["http://purl.org/rss/1.0/modules/content/"],
    "creativeCommons": [
        "http://backend.userland.com/creativeCommonsRssModule",
        "http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html",
    ],
    "dc": ["http://purl.org/dc/elements/1.1/", "http://purl.org/dc/elements/1.0/"],
    "dcterms": ["http://purl.org/dc/terms/"],
    "dwsyn": ["http://rss.dw.com/syndication/dwsyn/"],
    "enc": ["http://purl.oclc.org/net/rss_2.0/enc#"],
    "feedburner": ["http://rssnamespace.org/feedburner/ext/1.0"],
    "fh": ["http://purl.org/syndication/history/1.0"],
    "gd": ["http://schemas.google.com/g/2005"],
    "geo": ["http://www.w3.org/2003/01/geo/wgs84_pos#"],
    "georss": ["http://www.georss.org/georss", "http://www.georss.org/georss/10"],
    "gml": ["http://www.opengis.net/gml"],
    "googleplay": ["http://www.google.com/schemas/play-podcasts/1.0"],
    "image": ["http://www.google.com/schemas/sitemap-image/1.1"],
    "itunes": ["http://www.itunes.com/dtds/podcast-1.0.dtd", "http://example.com/DTDs/PodCast-1.0.dtd"],
    "media": [
        "http://search.yahoo.com/mrss/",
        "http://video.search.yahoo.com/mrss",
        "http://tools.search.yahoo.com/mrss/",
    ],
    "news": ["http://www.google.com/schemas/sitemap-news/0.9"],
    "openSearch": ["http://a9.com/-/spec/opensearch/1.1/", "http://a9.com/-/spec/opensearchrss/1.0/"],
    "pheedo": ["http://www.pheedo.com/namespace/pheedo"],
    "podcast": ["https://podcastindex.org/namespace/1.0"],
    "prism": [
        "http://prismstandard.org/namespaces/basic/2.0/",
        "http://prismstandard.org/namespaces/1.2/basic/",
        "http://purl.org/rss/1.0/modules/prism/",
    ],
    "rdf": [RDF],
    "slash": ["http://purl.org/rss/1.0/modules/slash/"],
    "sy": ["http://purl.org/rss/1.0/modules/syndication/"],
    "taxo": ["http://purl.org/rss/1.0/modules/taxonomy/"],
    "thr": ["http://purl.org/syndication/thread/1.0"],
    "trackback": ["http://madskills.com/public/xml/rss/module/trackback/"],
    "webfeeds": ["http://webfeeds.org/rss/1.0"],
    "wfw": ["http://wellformedweb.org/CommentAPI/"],
    "xhtml": [XHTML],
    "yt": ["http://www.youtube.com/xml/schemas/2015"],
    "": ["com-wordpress:feed-additions:1"],
}


def _plain(namespace: str) -> str:
    """Publishers vary scheme, case and the last mark of a namespace, and mean the same."""
    return namespace.strip().lower().removeprefix("http://").removeprefix("https://").rstrip("/#")


_PREFIXES = {_plain(namespace): prefix for prefix, namespaces in _MODULES.items() for namespace in namespaces}
USUAL_NAMESPACES = {prefix.lower(): namespaces[0] for prefix, namespaces in _MODULES.items()} | {"rss": RSS_10}
USUAL_NAMESPACES |= {"a10": ATOM_10, "atom10": ATOM_10, "syn": "http://purl.org/rss/1.0/modules/syndication/"}

ATOM_NAMESPACES = frozenset(map(_plain, _ATOM))
RSS_NAMESPACES = frozenset(map(_plain, _RSS))


class Naming:
    """Names elements of one document. Elements of its core namespaces have bare names: `title`, but `media:title`."""

    def __init__(self, core: frozenset[str]) -> None:
        self.core = core | {""}
        self._known: dict[tuple[str, str | None], str] = {}

    def __call__(self, element: Element) -> str:
        key = element.tag, element.prefix  # what an element is called depends on no other element
        if (name := self._known.get(key)) is None:
            name = self._known[key] = self._name(element)
        return name

    def _name(self, element: Element) -> str:
        namespace, local = split_tag(element.tag)
        if _plain(namespace) in self.core:
            return local
        prefix = _PREFIXES.get(_plain(namespace), element.prefix)
        if prefix is None:
            return f"{{{namespace}}}{local}"
        return f"{prefix}:{local}" if prefix else local


def split_tag(tag: str) -> tuple[str, str]:
    """(namespace, local name); the namespace may be empty."""
    namespace, _, local = tag.rpartition("}")
    return namespace[1:], local


def plain_namespace(element: Element) -> str:
    """The element's namespace in the form in which namespaces are compared."""
    return _plain(split_tag(element.tag)[0])
