"""Blocks of advisories in pages that people write: an entry in Zephyr's pages, and a page of TF-A or TF-M."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from midstream.advisories.formats import TARGETS
from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory, Distribution
from midstream.advisories.verdicts import own_fixes
from midstream.cases.case import Case
from midstream.cases.errors import Refused
from midstream.cases.states import is_public
from midstream.cases.visibility import Sight
from midstream.desk.advisories.documents import Known, documents, known, known_of
from midstream.desk.derive import PUBLIC_DATE
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse
from midstream.desk.ports import Pages
from midstream.formats.base.fault import DocumentError
from midstream.formats.toml import nearest
from midstream.formats.tree import NewPage
from midstream.formats.trustedfirmware.index import is_index, name_in_index, place_in_index
from midstream.formats.trustedfirmware.page import Page as OwnPage
from midstream.formats.trustedfirmware.page import place_page
from midstream.formats.zephyr.entry import Abilities, Entry, abilities
from midstream.formats.zephyr.notes import place_note
from midstream.formats.zephyr.page import place
from midstream.policy.duties import clocks

PLACEABLE = ("trustedfirmware", "zephyr")
"""The formats that stand as blocks in pages of reStructuredText."""
LIMIT = 8 * 1024 * 1024
"""Bytes of a page: ten years of vulnerabilities are 60,000."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a case is to stand in a page.

    `branch` asks for the item in the notes of a release, and not for the entry of the living page. It names a branch or
    a release (2.2.1), and what has no fix of its own there is no news of it.
    `sphinx` is the version the page is built with; without it, the page shows by itself whether it uses ``:cve:``.
    `placeholder` allows that the CVE id and the end of the embargo are told before it ends, and nothing else.
    """

    format: str
    branch: str = ""
    sphinx: str = ""
    placeholder: bool = False


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A page that changes: its text before, None for a new page, and after."""

    path: Path
    before: str | None
    after: str


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """What placing did, or would do: the cases placed, why others were not, and the pages that change."""

    cases: tuple[str, ...]
    left_out: dict[str, str]
    changes: tuple[Change, ...]


def place_cases(desk: Desk, cases: Sequence[str], *, page: Path, wish: Wish, by: str, dry: bool = False) -> Placed:
    """Return what became of the page, after the blocks of the cases stand in it; with `dry`, of what would.

    One case that has no place there is refused; of several, it is left out with the reason. Every page changes whole
    or not at all, and no byte outside of the blocks does, apart from a chapter or a line of an index that is missing.
    Raises `NotFound`, `Refused`, `Misuse`, `DocumentError` and `PublishTrouble`, and then no page changed.
    """
    _check(wish, page)
    if desk.open_pages is None:
        raise Misuse("this desk opens no pages", hint="Wire them.")
    texts = _Texts(desk.open_pages())
    if texts.read(page) is None:
        raise Misuse(f"there is no page {page}", hint="Name one that is there; an empty file will do.")
    put = _put_entry if wish.format == "zephyr" else _put_page
    done: list[str] = []
    left_out: dict[str, str] = {}
    for case in cases:
        so_far = texts.so_far()
        try:
            put(texts, page, _document(desk, case, wish=wish, by=by), wish)
        except (Refused, DocumentError) as error:
            if len(cases) == 1:
                raise
            left_out[case] = error.what
            texts.back_to(so_far)
        else:
            done.append(case)
    changes = texts.changes()
    if not dry:
        texts.write(changes)
    return Placed(cases=tuple(done), left_out=left_out, changes=changes)


class _Texts:
    """The texts of the pages that one command touches, as they were and as they will be."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._before: dict[Path, str | None] = {}
        self._after: dict[Path, str] = {}

    def read(self, path: Path) -> str | None:
        """Return the page as it will be so far; None when there is none."""
        if path in self._after:
            return self._after[path]
        if path not in self._before:
            content = self._pages.read(path, limit=LIMIT)
            if content is not None and len(content) > LIMIT:
                raise Misuse(f"{path} has more than {LIMIT:,} bytes", hint="Is it the page? Nothing was written.")
            try:
                self._before[path] = None if content is None else content.decode()
            except UnicodeDecodeError as error:
                raise Misuse(
                    f"{path}: byte {error.start} is not UTF-8", hint="Save it in UTF-8; nothing was written."
                ) from None
        return self._before[path]

    def put(self, path: Path, change: Callable[[str], str]) -> None:
        """Keep what `change` makes of the page; raise `DocumentError` naming the page when it cannot."""
        try:
            self._after[path] = change(self.read(path) or "")
        except DocumentError as error:
            raise DocumentError(f"{path}: {error.what}", hint=f"{error.hint} Nothing was written.") from error

    def so_far(self) -> dict[Path, str]:
        """Return the changed pages, to come back to."""
        return dict(self._after)

    def back_to(self, so_far: dict[Path, str]) -> None:
        """Return nothing, after the pages are to be as they were to be then."""
        self._after = dict(so_far)

    def changes(self) -> tuple[Change, ...]:
        """Return the pages that will not be as they were."""
        return tuple(
            Change(path=path, before=self._before[path], after=after)
            for path, after in self._after.items()
            if after != self._before[path]
        )

    def write(self, changes: Sequence[Change]) -> None:
        """Return nothing, after the pages hold what they will."""
        new = [
            NewPage(
                path=each.path,
                content=each.after.encode(),
                before=None if each.before is None else each.before.encode(),
            )
            for each in changes
        ]
        if new:
            self._pages.write(new)


def _check(wish: Wish, page: Path) -> None:
    if wish.format not in PLACEABLE:
        raise Misuse(
            f"{wish.format!r} has no blocks for pages",
            hint=nearest(wish.format, set(PLACEABLE)),
        )
    if wish.format != "zephyr" and (wish.branch or wish.sphinx or wish.placeholder):
        raise Misuse(
            "notes, the version of Sphinx and placeholders are of the pages of Zephyr",
            hint="Leave them out, or name --format zephyr.",
        )
    if page.suffix.lower() in {".md", ".markdown"}:
        raise Misuse(
            f"{page} is Markdown, and the blocks are reStructuredText",
            hint="Name a page in reStructuredText; text in Markdown is in the format ghsa.",
        )


def _document(desk: Desk, case: str, *, wish: Wish, by: str) -> Entry | OwnPage:
    """Return what is told of the case, checked; raise `Refused` with why nothing may be told, or what is wrong."""
    at = _told(desk, case, wish=wish, by=by)
    found = documents(desk, at, names=(wish.format,))
    for why in found.left_out.values():
        raise Refused(f"{case} has no {wish.format}: {why}", hint="Record what is missing; nothing was written.")
    for said in found.written[0].complaints:
        raise Refused(f"{case} cannot be placed: {said}", hint=f"See: midstream advisory check {case}.")
    made: Entry | OwnPage = TARGETS[wish.format].write(
        record=at.record, publisher=at.publisher, releases=at.releases, now=desk.clock()
    )
    return made


def _told(desk: Desk, case: str, *, wish: Wish, by: str) -> Known:
    """Return the case with no more than may stand in a page that anybody may read."""
    found, seen = desk.case(case, by=by)
    if is_public(found):
        at = known(desk, case, by=by, public=True)
        _check_branch(at.record, case, wish.branch)
        return at
    if not wish.placeholder:
        raise Refused(
            f"{case} is not public",
            hint="In the pages of Zephyr, --placeholder tells its CVE id and the day the embargo ends, nothing else.",
        )
    if seen is not Sight.TEAM:
        raise Refused(f"a placeholder is for the response team of {case} to place", hint="Ask who is on duty.")
    at = known_of(desk, found, public=False)
    until = at.whole.dates.embargo_until or _public_date(desk, found)
    if until is None or not at.whole.ids.cve:
        raise Refused(
            f"{case} has no CVE id, or no day on which its embargo ends",
            hint="Record agree-embargo and assign-cve first; nothing was written.",
        )
    _check_branch(at.whole, case, wish.branch)
    whole = msgspec.structs.replace(
        at.whole,
        distribution=Distribution(tlp="amber", placeholder=True),
        dates=msgspec.structs.replace(at.whole.dates, embargo_until=until),
    )
    return msgspec.structs.replace(at, whole=whole, record=public_part(whole, now=desk.clock()))


def _public_date(desk: Desk, case: Case) -> datetime | None:
    """Return the day on which the policy makes the case public, when nobody agreed on another."""
    at = desk.known(case)
    instant = clocks(case, at.policy, at.team).get(PUBLIC_DATE) if at.policy else None
    return instant.at if instant else None


def _check_branch(record: Advisory, case: str, wanted: str) -> None:
    """Raise `Refused` when notes are asked for of a branch or a release that has no fix of its own.

    A branch that was cut with the fix has none: its notes tell of what came since.
    """
    own = [(line.branch, fix.release) for _, line, fix in own_fixes(record)]
    if not wanted or any(wanted in pair for pair in own):
        return
    there = {name for pair in own for name in pair if name}
    raise Refused(f"{case} has no fix of its own on {wanted!r}", hint=f"{nearest(wanted, there)} Nothing was written.")


def _put_entry(texts: _Texts, page: Path, document: Entry | OwnPage, wish: Wish) -> None:
    assert isinstance(document, Entry)  # noqa: S101 - the format was checked
    entry = document

    def changed(text: str) -> str:
        able = abilities(sphinx=wish.sphinx) if wish.sphinx else Abilities(has_cve_role=":cve:`" in text)
        if wish.branch:
            return place_note(notes=text, entry=entry, able=able)
        return place(page=text, entry=entry, able=able)

    texts.put(page, changed)


def _put_page(texts: _Texts, page: Path, document: Entry | OwnPage, wish: Wish) -> None:
    """Place the page itself, or with an index the page beside it and its line in the index."""
    del wish
    assert isinstance(document, OwnPage)  # noqa: S101 - the format was checked
    own = document
    text = texts.read(page) or ""
    if not is_index(text):
        texts.put(page, lambda existing: place_page(existing=existing, page=own))
        return
    name = name_in_index(index=text, id=own.id) or f"security-advisory-{own.id.lower()}"
    texts.put(page.with_name(f"{name}.rst"), lambda existing: place_page(existing=existing, page=own))
    texts.put(page, lambda index: place_in_index(index=index, name=name, id=own.id, title=own.title))
