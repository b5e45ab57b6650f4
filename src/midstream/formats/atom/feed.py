"""Atom feeds (RFC 4287): the typed feed, its bytes, and its rules."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import msgspec

from midstream.formats.base.fault import DocumentError, Fault
from midstream.formats.base.moments import read_moment, write_moment
from midstream.formats.base.visible import one_line, visible

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
SIZE_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of a feed that is read: ten thousand entries are about 10 MiB."""

_TAG_URI: Final = re.compile(r"tag:[A-Za-z0-9.-]+(?:@[A-Za-z0-9.-]+)?,[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?:\S+")


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link (section 4.2.7): `rel` is self, alternate, related …; `type` a media type."""

    href: str
    rel: str = "alternate"
    type: str = ""
    title: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `updated` moves only when the advisory changed, never because the feed was made again."""

    id: str
    title: str
    updated: datetime
    published: datetime | None = None
    links: tuple[Link, ...] = ()
    categories: tuple[str, ...] = ()
    summary: str = ""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed. Its `updated` is that of its newest entry, or `founded` when it has none yet."""

    id: str
    title: str
    author: str
    self_link: str
    founded: datetime
    site: str = ""
    entries: tuple[Entry, ...] = ()

    def updated(self) -> datetime:
        """The moment of the newest change in the feed."""
        return max((each.updated for each in self.entries), default=self.founded)


def tag_uri(*, authority: str, on: date, specific: str) -> str:
    """A tag URI (RFC 4151): stable whatever happens to addresses. `specific` loses what a tag may not hold."""
    return f"tag:{authority.lower()},{on.isoformat()}:{re.sub(r'[^A-Za-z0-9._~/-]+', '-', specific)}"


def write(feed: Feed) -> bytes:
    """The bytes of the feed, the same for equal feeds; entries stand newest first, then by id."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="{NAMESPACE}">',
        f"  <id>{_text(feed.id)}</id>",
        f"  <title>{_text(one_line(feed.title))}</title>",
        f"  <updated>{write_moment(feed.updated())}</updated>",
        f"  <author><name>{_text(one_line(feed.author))}</name></author>",
        f"  {_link(Link(href=feed.self_link, rel='self', type='application/atom+xml'))}",
    ]
    if feed.site:
        lines.append(f"  {_link(Link(href=feed.site, type='text/html'))}")
    named = sorted(feed.entries, key=lambda each: each.id)
    for entry in sorted(named, key=lambda each: (each.updated, each.published or each.updated), reverse=True):
        lines += _entry(entry)
    return "\n".join([*lines, "</feed>", ""]).encode()


def read(raw: bytes, *, where: str = "") -> Feed:
    """The feed that the bytes hold; DocumentError for what is too large, no XML, has a doctype, or is no feed."""
    if len(raw) > SIZE_LIMIT:
        raise DocumentError(f"{len(raw)} bytes, more than {SIZE_LIMIT}", where=where, hint="Is it a feed?")
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.buffer_text = True
    try:
        parser.Parse(raw, True)  # noqa: FBT003 - "this is all"
        return reader.feed()
    except (expat.ExpatError, ValueError) as error:
        raise DocumentError(f"no Atom feed: {error}", where=where, hint="Pass the feed itself.") from None


def check(feed: Feed) -> tuple[Fault, ...]:
    """The rules of RFC 4287 that the feed breaks, and ours: tag ids, https links, no moment twice told apart."""
    found: list[Fault] = []

    def say(rule: str, path: str, sentence: str) -> None:
        found.append(Fault(rule=f"atom.{rule}", path=path, sentence=sentence))

    if not feed.author.strip():
        say("author", "feed/author", "the feed has no author (section 4.1.1)")
    for path, id_ in (("feed", feed.id), *((f"entry {place}", each.id) for place, each in enumerate(feed.entries))):
        if not _TAG_URI.fullmatch(id_):
            say("id", f"{path}/id", f"{id_[:80]!r} is no tag URI; an address may move, an id may not (section 4.2.6)")
    if not feed.self_link.startswith("https://"):
        say("self", "feed/link[self]", "the feed has no link to itself over https (section 4.1.1)")
    for id_, count in Counter(each.id for each in feed.entries).items():
        if count > 1:
            say("twice", "feed/entry/id", f"{id_} stands {count} times in the feed (section 4.1.1)")
    for place, each in enumerate(feed.entries):
        _check_entry(each, path=f"entry {place}", say=say)
    return tuple(found)


def _check_entry(entry: Entry, *, path: str, say: Callable[[str, str, str], None]) -> None:
    if not one_line(entry.title):
        say("title", f"{path}/title", "an entry has no title (section 4.1.2)")
    if entry.updated.tzinfo is None:
        say("updated", f"{path}/updated", "updated has no time zone (section 3.3)")
    elif entry.published and entry.published > entry.updated:
        say("updated", f"{path}/updated", "updated lies before published")
    if not any(link.rel == "alternate" for link in entry.links):
        say("alternate", f"{path}/link", "an entry without content needs a link with rel alternate (section 4.1.2)")


def _entry(entry: Entry) -> list[str]:
    lines = [
        "  <entry>",
        f"    <id>{_text(entry.id)}</id>",
        f"    <title>{_text(one_line(entry.title))}</title>",
        f"    <updated>{write_moment(entry.updated)}</updated>",
    ]
    if entry.published:
        lines.append(f"    <published>{write_moment(entry.published)}</published>")
    lines += [f"    {_link(link)}" for link in entry.links]
    lines += [f"    <category term={quoteattr(one_line(term))}/>" for term in entry.categories]
    if entry.summary:
        lines.append(f'    <summary type="text">{_text(entry.summary)}</summary>')
    return [*lines, "  </entry>"]


def _link(link: Link) -> str:
    title = f" title={quoteattr(one_line(link.title))}" if link.title else ""
    kind = f" type={quoteattr(link.type)}" if link.type else ""
    return f"<link rel={quoteattr(link.rel)}{kind} href={quoteattr(one_line(link.href))}{title}/>"


def _text(text: str) -> str:
    """Text for XML 1.0 (section 2.2): visible characters only, mark-up escaped; the feed holds no HTML at all."""
    return escape(visible(text))


class _Reader:
    """Collects the feed while the parser walks through it."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._texts: list[dict[str, str]] = [{}]
        self._links: list[list[Link]] = [[]]
        self._terms: list[list[str]] = [[]]

    def refuse(self, *_: object) -> None:
        """A doctype could define entities that grow without end; no feed needs one."""
        message = "it has a doctype"
        raise ValueError(message)

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        tag = name.removeprefix(f"{NAMESPACE} ")
        self._path.append(tag)
        if self._path == ["feed", "entry"]:
            self._texts.append({})
            self._links.append([])
            self._terms.append([])
        elif tag == "link" and attributes.get("href"):
            known = {key: attributes[key] for key in ("rel", "type", "title") if key in attributes}
            self._links[-1].append(Link(href=attributes["href"], **known))
        elif tag == "category":
            self._terms[-1].append(attributes.get("term", ""))

    def end(self, _: str) -> None:
        """An element closes."""
        self._path.pop()

    def text(self, data: str) -> None:
        """Characters inside of the innermost element."""
        inside = self._path[2:] if self._path[:2] == ["feed", "entry"] else self._path[1:]
        key = "/".join(inside)
        self._texts[-1][key] = self._texts[-1].get(key, "") + data

    def feed(self) -> Feed:
        """The feed; ValueError when a part that must be there is not."""
        head, links = self._texts[0], self._links[0]
        if not head.get("id"):
            message = "it has no id"
            raise ValueError(message)
        return Feed(
            id=head["id"],
            title=head.get("title", ""),
            author=head.get("author/name", ""),
            self_link=next((link.href for link in links if link.rel == "self"), ""),
            founded=_moment(head.get("updated")),
            site=next((link.href for link in links if link.rel == "alternate"), ""),
            entries=tuple(self._entry(place) for place in range(1, len(self._texts))),
        )

    def _entry(self, place: int) -> Entry:
        texts = self._texts[place]
        return Entry(
            id=texts.get("id", ""),
            title=texts.get("title", ""),
            updated=_moment(texts.get("updated")),
            published=_moment(texts["published"]) if texts.get("published") else None,
            links=tuple(self._links[place]),
            categories=tuple(self._terms[place]),
            summary=texts.get("summary", ""),
        )


def _moment(text: str | None) -> datetime:
    moment = read_moment((text or "").strip())
    if moment is None:
        message = f"{(text or '')[:40]!r} is no date and time"
        raise ValueError(message)
    return moment
