"""The Atom feed of the site, and its security.txt."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from midstream.formats.atom import feed as atom
from midstream.formats.catalogue.document import Catalogue, Summary
from midstream.formats.csaf.places import Shown
from midstream.formats.securitytxt import document as securitytxt
from midstream.site.places import advisory_page

NEWEST = 100
"""How many advisories the feed holds: those that changed last. The catalogue has all."""
_FOUNDED = datetime(2000, 1, 1, tzinfo=UTC)
"""The moment of a feed in which nothing stands."""


def feed(catalogue: Catalogue) -> bytes:
    """Return the feed of the advisories that changed last."""
    base = catalogue.publisher.base_url.rstrip("/")
    newest = sorted(catalogue.advisories, key=lambda each: each.modified_at, reverse=True)[:NEWEST]
    authority = urlsplit(base).hostname or "midstream.invalid"
    started = _FOUNDED.date()
    return atom.write(
        atom.Feed(
            id=atom.tag_uri(authority=authority, on=started, specific="advisories"),
            title=f"{catalogue.publisher.name} security advisories",
            author=catalogue.publisher.name,
            self_link=f"{base}/feed.xml",
            founded=_FOUNDED,
            site=f"{base}/index.html",
            entries=tuple(_entry(each, base=base, authority=authority) for each in newest),
        )
    )


def _entry(each: Summary, *, base: str, authority: str) -> atom.Entry:
    return atom.Entry(
        id=atom.tag_uri(authority=authority, on=_FOUNDED.date(), specific=f"advisory/{each.id}"),
        title=f"{each.id}: {each.title}",
        updated=each.modified_at,
        published=each.published_at,
        links=(atom.Link(href=f"{base}/{advisory_page(each.id)}", type="text/html"),),
        categories=("withdrawn",) if each.withdrawn_at else (each.severity,),
        summary=" ".join(part for part in (each.summary, each.fix) if part),
    )


def security_txt(catalogue: Catalogue, *, now: datetime, csaf: Shown | None = None) -> bytes:
    """Return the file; it expires between ten and eleven months after `now`, on the first of a month.

    So that it changes once a month and not with every run (RFC 9116, section 2.5.5: less than a year). With `csaf` it
    leads to the CSAF provider, and to the key that mail can be encrypted to.
    """
    publisher = catalogue.publisher
    month = now.year * 12 + now.month - 1 + 11
    expires = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
    contact = publisher.contact
    base = publisher.base_url.rstrip("/")
    return securitytxt.write(
        securitytxt.SecurityTxt(
            contact=(f"mailto:{contact}" if "@" in contact and ":" not in contact else contact,) if contact else (),
            expires=expires,
            canonical=(f"{base}/.well-known/security.txt",) if base.startswith("https://") else (),
            encryption=(csaf.encryption,) if csaf and csaf.encryption else (),
            csaf=(csaf.metadata,) if csaf else (),
            policy=(publisher.url,) if publisher.url.startswith("https://") else (),
        )
    )
