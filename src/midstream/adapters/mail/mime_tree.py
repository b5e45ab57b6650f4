"""The parts of a MIME body, found in the raw bytes.

The parser of the standard library builds its tree by recursion, tests every line against every open boundary and
holds each line as an object: a hostile mail stops it by depth, time or memory. Here a multipart is cut by searching
for its boundary, without recursion, so that the time is at most the nesting limit times the size of the mail.
A test holds that both find the same parts in mails that are not broken.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from midstream.adapters.mail import limits
from midstream.adapters.mail.header_values import Header, Typed, content_type, disposition, read_header
from midstream.adapters.mail.plain_text import Notices, file_name, hides_something, quoted

VISIBLE: Final = re.compile(rb"[^ \t\r\n]")
"""A byte that is not white space."""

_BOUNDARY_CHARS: Final = 200  # RFC 2046 section 5.1.1 allows 70; some mailers use more.


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A part that is not cut further: its body in the raw mail and what its header says of it.

    `alternative` names the enclosing multipart/alternative by its place, -1 without one. `is_sealed` is true
    inside multipart/encrypted.
    """

    start: int
    end: int
    declared: Typed
    media_type: str
    transfer_encoding: str
    name: str
    is_attachment: bool
    alternative: int
    is_sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    start: int
    end: int
    depth: int
    default_type: str
    alternative: int
    is_sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    segments: tuple[tuple[int, int], ...]
    beyond: int
    is_exact: bool


def leaves(*, raw: bytes, header: Header, notices: Notices) -> list[Leaf]:
    """The leaves of the mail in their order, as far as the limits on parts and nesting reach.

    `header` is the header of the mail itself. A multipart without a usable boundary is one leaf of plain text.
    """
    found: list[Leaf] = []
    waiting = [_Region(start=0, end=len(raw), depth=0, default_type="text/plain", alternative=-1, is_sealed=False)]
    looked_at = beyond = 0
    is_exact = True
    while waiting and looked_at < limits.PARTS:
        looked_at += 1
        region = waiting.pop()
        head = header if region.depth == 0 else _part_header(raw=raw, region=region, notices=notices)
        leaf = _leaf(region=region, head=head, notices=notices)
        if not leaf.media_type.startswith("multipart/"):
            found.append(leaf)
        elif region.depth >= limits.NESTING:
            notices.add(f"multiparts nested deeper than {limits.NESTING}: the inner ones are kept as one part, unread")
            found.append(leaf)
        elif cut := _cut(raw=raw, leaf=leaf, notices=notices):
            waiting.extend(reversed(_children(cut=cut, leaf=leaf, region=region)))
            beyond += cut.beyond
            is_exact = is_exact and cut.is_exact
        else:
            found.append(_as_text(leaf))
    beyond += len(waiting)
    if beyond:
        number = f"{beyond}" if is_exact else f"more than {beyond}"
        notices.add(f"{number} parts beyond the first {limits.PARTS} are kept only in the raw mail")
    return found


def _part_header(*, raw: bytes, region: _Region, notices: Notices) -> Header:
    head = read_header(raw=raw, start=region.start, end=region.end, limit=limits.PART_HEADER_BYTES)
    if not head.is_whole:
        notices.add(f"the header of a part is longer than {limits.PART_HEADER_BYTES} bytes: only these are read")
    if not head.has_separator:
        notices.add("no empty line between the header of a part and its body: the body begins at the first other line")
    return head


def _leaf(*, region: _Region, head: Header, notices: Notices) -> Leaf:
    declared, placed = content_type(head), disposition(head)
    name = placed.parameter("filename") or declared.parameter("name")
    if hides_something(name) or "/" in name or "\\" in name:
        notices.add("path, control or invisible characters in the name of an attachment are removed")
    is_placed = placed.value == "attachment" or bool(name)
    media_type = declared.value or region.default_type
    if declared.source and not declared.value:
        # RFC 2045 section 5.2 reads such a part as text, which shows a person what came.
        notices.add(f"Content-Type {quoted(declared.source)} is not readable: {_fallback(is_placed=is_placed)}")
        media_type = "application/octet-stream" if is_placed else "text/plain"
    is_text = media_type in ("text/plain", "text/html")
    return Leaf(
        start=head.body_start,
        end=region.end,
        declared=declared,
        media_type=media_type,
        transfer_encoding=head.first("content-transfer-encoding", limit=100).partition(";")[0].strip().lower(),
        name=file_name(name),
        is_attachment=is_placed or not is_text or region.is_sealed,
        alternative=region.alternative,
        is_sealed=region.is_sealed,
    )


def _fallback(*, is_placed: bool) -> str:
    return "kept as application/octet-stream" if is_placed else "read as plain text"


def _as_text(leaf: Leaf) -> Leaf:
    is_sealed = leaf.is_sealed or leaf.media_type == "multipart/encrypted"
    return replace(leaf, media_type="text/plain", name="", is_attachment=leaf.is_sealed, is_sealed=is_sealed)


def _children(*, cut: _Cut, leaf: Leaf, region: _Region) -> list[_Region]:
    return [
        _Region(
            start=start,
            end=end,
            depth=region.depth + 1,
            # RFC 2046 section 5.1.5: a part of a digest is a mail unless it says otherwise.
            default_type="message/rfc822" if leaf.media_type == "multipart/digest" else "text/plain",
            alternative=leaf.start if leaf.media_type == "multipart/alternative" else region.alternative,
            is_sealed=region.is_sealed or leaf.media_type == "multipart/encrypted",
        )
        for start, end in cut.segments
    ]


def _cut(*, raw: bytes, leaf: Leaf, notices: Notices) -> _Cut | None:
    """The segments between the boundary lines (RFC 2046 section 5.1.1), or None when there is no such line."""
    # Mailers write boundaries with "=" and no quotes, which the grammar cuts short: try the text as it stands too.
    for boundary in dict.fromkeys((leaf.declared.parameters.get("boundary", ""), leaf.declared.plain("boundary"))):
        mark = boundary.rstrip()[:_BOUNDARY_CHARS].encode("utf-8", "replace")
        cut = _cut_at(raw=raw, mark=mark, leaf=leaf, notices=notices) if mark else None
        if cut:
            return cut
    notices.add("broken MIME boundary: read as plain text")
    return None


def _cut_at(*, raw: bytes, mark: bytes, leaf: Leaf, notices: Notices) -> _Cut | None:
    # Possessive: the white space is not tried again, so the search is linear.
    line = re.compile(rb"\n--" + re.escape(mark) + rb"(--)?[ \t]*+\r?(?=\n|\Z)")
    segments: list[tuple[int, int]] = []
    begin = None
    number = 0
    is_closed = False
    # The line feed before the first boundary line may be the one that ends the header.
    for found in line.finditer(raw, max(leaf.start - 1, 0), leaf.end):
        number += 1
        if begin is not None and len(segments) < limits.PARTS:
            segments.append((begin, max(begin, _without_line_end(raw, found.start()))))
        begin = min(found.end() + 1, leaf.end)
        if found[1]:
            is_closed = True
            break
        if number > limits.DELIMITERS_COUNTED:
            break
    if begin is None:
        return None
    if is_closed:
        if VISIBLE.search(raw, begin, leaf.end):
            notices.add("text after the last boundary is not shown")
        return _Cut(segments=tuple(segments), beyond=number - 1 - len(segments), is_exact=True)
    if number <= limits.DELIMITERS_COUNTED:
        notices.add("no closing MIME boundary: the last part is read to the end")
    if len(segments) < limits.PARTS:
        segments.append((begin, leaf.end))
    is_exact = number <= limits.DELIMITERS_COUNTED
    return _Cut(segments=tuple(segments), beyond=number - len(segments), is_exact=is_exact)


def _without_line_end(raw: bytes, end: int) -> int:
    return end - 1 if raw[end - 1 : end] == b"\r" else end
