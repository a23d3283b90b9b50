"""What each reason for a failure means, and what to do about it. docs/operations.md is generated from this table."""

from dataclasses import dataclass

from storage.records import Reason


@dataclass(frozen=True, slots=True)
class Remedy:
    """`mends_itself`: it mostly passes without anybody's help, and is asked again sooner each time it does."""

    meaning: str
    remedy: str
    mends_itself: bool


REMEDIES: dict[Reason, Remedy] = {
    Reason.DNS: Remedy(
        "the name of the host could not be looked up",
        "see whether the site has moved and change the url; if all feeds have it, mend this machine's name servers",
        mends_itself=True,
    ),
    Reason.CONNECT: Remedy(
        "no connection to the host: refused, unreachable or cut",
        "wait; if all feeds have it, look at this machine's network; if it lasts, see whether the site has moved",
        mends_itself=True,
    ),
    Reason.TLS: Remedy(
        "no safe connection: the certificate is expired, of another host, or from an authority we do not know",
        "tell the publisher; for an authority of your own name its file as network.ca_file",
        mends_itself=False,
    ),
    Reason.TIMEOUT: Remedy(
        "the whole document did not come in time",
        "wait; if it lasts, give the feed a longer `timeout`",
        mends_itself=True,
    ),
    Reason.HTTP_4XX: Remedy(
        "the server says that there is no such document, or not for us",
        "open the url in a browser: correct it, find the new one with `chronik add HOMEPAGE`, or give `headers`",
        mends_itself=False,
    ),
    Reason.HTTP_5XX: Remedy(
        "the server failed",
        "wait; it is asked again more and more rarely until it answers",
        mends_itself=True,
    ),
    Reason.GONE: Remedy(
        "the server says that the feed is gone for good (410)",
        "find the new feed with `chronik add HOMEPAGE`, or take it out of feeds.yaml; the archive keeps its past",
        mends_itself=False,
    ),
    Reason.RATE_LIMITED: Remedy(
        "the server says that we ask too often (429)",
        "wait; if it lasts, raise `min_interval` of the feed or `network.spacing`",
        mends_itself=True,
    ),
    Reason.BLOCKED: Remedy(
        "a wall against robots answered in place of the feed",
        "set `contact` so that the publisher sees who asks, and write to them; many let archives in",
        mends_itself=False,
    ),
    Reason.REDIRECT_LOOP: Remedy(
        "the redirects never end, or there are more than five",
        "open the url in a browser and write the address it ends at into feeds.yaml",
        mends_itself=False,
    ),
    Reason.REFUSED_ADDRESS: Remedy(
        "the address is private or otherwise not of the public internet, so it was not asked",
        "correct the url; if you mean this host, name it in network.allow_private_hosts",
        mends_itself=False,
    ),
    Reason.TOO_LARGE: Remedy(
        "the document is larger than allowed",
        "raise `max_bytes` of the feed if this is what you want to archive",
        mends_itself=False,
    ),
    Reason.TRUNCATED: Remedy(
        "the document broke off in the middle",
        "wait; if it lasts, tell the publisher: the length or the compression that they announce is wrong",
        mends_itself=True,
    ),
    Reason.DECOMPRESSION: Remedy(
        "the document could not be decompressed, or grew out of all proportion",
        "tell the publisher; the body is not kept as it cannot be trusted",
        mends_itself=False,
    ),
    Reason.PROTOCOL: Remedy(
        "the server does not speak HTTP as it should",
        "open the url in a browser: if it works there, report it to us with `chronik show --raw` or the url",
        mends_itself=True,
    ),
    Reason.BAD_STATUS: Remedy(
        "the server answered with a status that makes no sense for a feed",
        "open the url in a browser and correct it",
        mends_itself=False,
    ),
    Reason.NO_BODY: Remedy(
        "the answer was empty",
        "wait; if it lasts, open the url in a browser: the feed may be switched off",
        mends_itself=True,
    ),
    Reason.UNASKED_304: Remedy(
        "the server said `not modified` though we had named nothing to compare with",
        "wait; the next request asks without conditions; a cache before the server is at fault",
        mends_itself=True,
    ),
    Reason.NOT_A_FEED: Remedy(
        "the document is a web page or something else, no feed",
        "find the feed's url with `chronik add HOMEPAGE` and correct feeds.yaml",
        mends_itself=False,
    ),
    Reason.MALFORMED: Remedy(
        "the document should be a feed, but no parser makes sense of it",
        "tell the publisher; the body is kept, and `chronik reparse` reads it with later releases",
        mends_itself=False,
    ),
    Reason.PARSE_TIMEOUT: Remedy(
        "the parser took too long and was stopped",
        "report it to us: the body is kept, and `chronik reparse` reads it with later releases",
        mends_itself=False,
    ),
    Reason.PARSE_CRASH: Remedy(
        "the parser ended, or took too much memory",
        "report it to us: the body is kept, and `chronik reparse` reads it with later releases",
        mends_itself=False,
    ),
    Reason.ROBOTS: Remedy(
        "the site's robots.txt does not let us ask this page of its past",
        "ask the publisher; files that they give you can be taken in with `chronik load`",
        mends_itself=False,
    ),
    Reason.BUG: Remedy(
        "chronik itself failed on this feed",
        "report it to us with the detail; the feed is asked again",
        mends_itself=False,
    ),
}


def remedy_of(last_error: str | None) -> Remedy | None:
    """The remedy for a feed's `last_error` (`reason: detail`); None for one that is not of the list, or none at all.

    >>> remedy_of("timeout: no answer in 30 s").mends_itself
    True
    """
    reason = (last_error or "").partition(":")[0].strip()
    return REMEDIES[Reason(reason)] if reason in Reason._value2member_map_ else None
