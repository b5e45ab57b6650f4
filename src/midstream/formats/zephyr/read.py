"""A block of Zephyr's pages read back into an entry; also what people wrote in the manner of the page."""

import re
from datetime import date
from typing import Final

import msgspec

from midstream.formats.base import rst
from midstream.formats.base.visible import one_line
from midstream.formats.zephyr.entry import Entry, Fix
from midstream.formats.zephyr.page import block_of

_TITLE: Final = re.compile(r"(?:\* )?(?::cve:`|CVE-)([0-9]{4}-[0-9]{4,19})`?:?")
_EMBARGO: Final = re.compile(r"Under embargo until ([0-9]{4})[-/]([0-9]{2})[-/]([0-9]{2})\.?")
_LINK: Final = re.compile(r"[-*] `(?P<words>.*?)\s*<(?P<url>[^<>`\s]+)>`__?", re.DOTALL)
_TRACKER: Final = re.compile(r"Zephyr project bug tracker (\S+)")
_PR: Final = re.compile(r"PR ?#?([0-9]+) fix (?:for|in|on) (.+)")
_COMMIT: Final = re.compile(r"commit ([0-9a-f]{7,40}) (?:fix )?for (.+)")
_UNFIXED: Final = re.compile(r"- This issue has not been fixed(?: in (.+))?\.")
_FIXED: Final = re.compile(r"This (?:has been|is) fixed in .*")


def read_block(*, page: str, cve: str) -> Entry | None:
    """The entry that the block of the CVE tells, or None when the page has no such block.

    The first paragraph is the title, the others up to the list are the text. What is under embargo has the day alone.
    """
    block = block_of(page=page, cve=cve)
    return read_entry(block) if block else None


def read_entry(block: str) -> Entry:
    """The entry that the lines of one section tell; a paragraph that fits nothing belongs to the text."""
    first, *parts = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", block.replace("\r\n", "\n")) if part.strip()]
    found = _TITLE.match(first)
    entry = Entry(cve=f"CVE-{found[1]}" if found else "")
    text: list[str] = []
    for part in parts:
        if (embargo := _EMBARGO.fullmatch(part.strip())) is not None:
            return msgspec.structs.replace(entry, embargo_until=date(*map(int, embargo.groups())))
        taken = _taken(entry, part)
        if taken is None:
            text.append(_words(part))
        else:
            entry = taken
    title, *rest = text or [""]
    return msgspec.structs.replace(entry, title=title, text="\n\n".join(rest))


def _taken(entry: Entry, part: str) -> Entry | None:
    """The entry with what a list item or a sentence of the page's own says; None when it is prose."""
    if unfixed := _UNFIXED.fullmatch(part.strip()):
        return msgspec.structs.replace(entry, unfixed=(*entry.unfixed, rst.unescape(unfixed[1] or "main")))
    if _FIXED.fullmatch(one_line(part)):
        return msgspec.structs.replace(entry, fixed=_words(part))
    links = list(_LINK.finditer(part)) if part.startswith(("- `", "* `")) else []
    for link in links:
        entry = _with_link(entry, words=rst.unescape(one_line(link["words"])), url=rst.unescape(link["url"]))
    return entry if links else None


def _with_link(entry: Entry, *, words: str, url: str) -> Entry:
    if tracker := _TRACKER.fullmatch(words):
        return msgspec.structs.replace(entry, tracker=tracker[1], tracker_url=url)
    if pr := _PR.fullmatch(words):
        return msgspec.structs.replace(entry, fixes=(*entry.fixes, Fix(branch=pr[2], url=url, pr=pr[1])))
    if commit := _COMMIT.fullmatch(words):
        return msgspec.structs.replace(entry, fixes=(*entry.fixes, Fix(branch=commit[2], url=url, sha=commit[1])))
    return entry


def _words(part: str) -> str:
    return rst.unescape(" ".join(part.split()))
