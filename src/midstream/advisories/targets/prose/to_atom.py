"""An entry of the Atom feed; the whole feed of a publisher is `feed`."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import Advisory, Dates, Ids, Publisher, Reference, Release
from midstream.advisories.targets.target import Target, file_stem, timeless
from midstream.advisories.targets.telling import begun_at, changed_at, english, other_names
from midstream.formats.atom import feed as atom
from midstream.formats.base.visible import one_line

NAME: Final = "atom"
PLACES: Final = {
    "id": "entry/id",
    "ids.cve": "entry/category",
    "ids.ghsa": "entry/category",
    "title.en": "entry/title",
    "summary.en": "entry/summary",
    "dates.public": "entry/published",
    "reference.url": "entry/link[related]",
}
_GHSA: Final = re.compile(r"GHSA(-[0-9a-z]{4}){3}")


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> atom.Feed:  # noqa: ARG001 - a feed names no release
    """A feed with the one entry of the record."""
    return feed(records=(record,), publisher=publisher, now=now)


def feed(*, records: Sequence[Advisory], publisher: Publisher, now: datetime, name: str = "feed.atom") -> atom.Feed:
    """The feed of public records. It moves only when one of them does; `now` dates an empty one."""
    base = publisher.base_url.rstrip("/") or publisher.namespace.rstrip("/")
    host = re.sub(r"^https?://|[/:].*$", "", publisher.namespace).lower()
    entries = tuple(entry(each, publisher=publisher, now=now) for each in records)
    return atom.Feed(
        id=atom.tag_uri(authority=host, on=datetime(2026, 1, 1, tzinfo=UTC).date(), specific="advisories"),
        title=f"{publisher.name}: security advisories",
        author=publisher.name,
        self_link=f"{base}/{name}",
        founded=now,
        site=f"{base}/",
        entries=entries,
    )


def entry(record: Advisory, *, publisher: Publisher, now: datetime) -> atom.Entry:
    """The entry of one record. Its id is a tag of the day it was published, and never changes after."""
    base = publisher.base_url.rstrip("/") or publisher.namespace.rstrip("/")
    host = re.sub(r"^https?://|[/:].*$", "", publisher.namespace).lower()
    begun = begun_at(record, now=now)
    return atom.Entry(
        id=atom.tag_uri(authority=host, on=begun.astimezone(UTC).date(), specific=f"advisory/{record.id}"),
        title=one_line(english(record.title)) or record.id,
        updated=changed_at(record, now=now),
        published=record.dates.public,
        links=(
            atom.Link(href=f"{base}/{quote(record.id.lower(), safe='')}/", type="text/html"),
            *(atom.Link(href=each.url, rel="related", title=one_line(each.title)) for each in record.reference),
        ),
        categories=tuple(each for each in (record.ids.cve, *other_names(record)) if each),
        summary=english(record.summary),
    )


def read(document: atom.Feed) -> Reading:
    """What the first entry tells."""
    first = document.entries[0] if document.entries else None
    if first is None:
        return Reading(partial=Advisory(), provenance=Provenance(target=NAME, places=dict(PLACES)))
    names = list(dict.fromkeys(first.categories))
    cve = next((each for each in names if each.startswith("CVE-")), "")
    ghsa = next((each for each in names if _GHSA.fullmatch(each)), "")
    id_ = first.id.rpartition(":advisory/")[2]
    partial = Advisory(
        id=id_,
        ids=Ids(cve=cve, ghsa=ghsa),
        title={"en": first.title} if first.title and first.title != id_ else {},
        summary={"en": first.summary} if first.summary else {},
        dates=Dates(public=first.published),
        reference=tuple(Reference(url=link.href) for link in first.links if link.rel == "related"),
    )
    return Reading(partial=partial, provenance=Provenance(target=NAME, places=dict(PLACES)))


def field_of(_: atom.Feed, path: str) -> str:
    """The field of the record that a part of the feed comes from."""
    last = path.rpartition("/")[2]
    return {"title": "title.en", "id": "id", "updated": "revision", "link": "reference.url"}.get(last, "")


TARGET: Final = Target(
    name=NAME,
    title="Atom",
    media_type="application/atom+xml",
    is_public=True,
    file_name=lambda record: f"{file_stem(record.id).lower()}.atom",
    write=write,
    dump=atom.write,
    load=atom.read,
    read=read,
    check=timeless(atom.check),
    field_of=field_of,
    places=PLACES,
)
