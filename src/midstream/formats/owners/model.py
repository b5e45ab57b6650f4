"""What all files of owners come down to, and the one look-up over them."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

SIZE_LIMIT = 4 * 1024 * 1024
"""Characters a file of owners may have: Linux's has below one million."""
AREA_LIMIT = 20_000
PATTERN_LIMIT = 1_000
"""Characters a pattern may have, and a path that is looked up four times as many."""
FAULT_LIMIT = 50
"""Faults that are kept; a file with more is no file of owners."""

Role = Literal["maintainer", "reviewer", "code owner", "author"]


class Owner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody to ask: at least one of name, e-mail address and handle (without ``@``) is there."""

    name: str = ""
    email: str = ""
    handle: str = ""
    role: Role = "maintainer"

    @property
    def shown(self) -> str:
        """The shortest name that is sure to reach them: ``@handle``, else the name with the address."""
        if self.handle:
            return f"@{self.handle}"
        return f"{self.name} <{self.email}>" if self.name and self.email else self.name or self.email


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the project with its owners. `files` and `excluded` are globs; `is_general`: it speaks for everything.

    A glob is matched step by step from the root: ``*`` and ``?`` stay within one step, ``**`` spans any number. One
    that ends in a step without a wildcard, or in ``/``, holds for all below it; `exact` globs hold only for what
    they match themselves.
    """

    title: str
    owners: tuple[Owner, ...]
    files: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    is_general: bool = False
    line: int = 0


class OwnerFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of owners as read. With `last_wins` the last area that matches is the answer, else the most specific."""

    path: str
    areas: tuple[Area, ...] = ()
    faults: tuple[str, ...] = ()
    last_wins: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The owners of one path. `source` is the file that says so (or ``history``), `because` the area or rule in it."""

    path: str
    owners: tuple[Owner, ...]
    source: str
    because: str


def look_up(files: Sequence[OwnerFile], path: str) -> Answer | None:
    """Return the owners of `path`: the first file with an area for just it, else one that speaks for everything; None.

    An area that matches and names nobody is an answer of its own: nobody owns the path by that file.
    """
    if len(path) > 4 * PATTERN_LIMIT:
        return None
    general: Answer | None = None
    for file in files:
        found = _in_file(file, path)
        if found is None:
            continue
        answer, is_general = found
        if not is_general:
            return answer
        general = general or answer
    return general


def _in_file(file: OwnerFile, path: str) -> tuple[Answer, bool] | None:
    ranked = [(rank, area, glob) for area in file.areas for rank, glob in (_best(area, path),) if rank >= 0]
    if file.last_wins and ranked:
        rank, area, _ = ranked[-1]
        return _answer(file, path, (area,), f"the pattern {area.title}"), rank == 0
    specific = [entry for entry in ranked if entry[0] > 0]
    if specific:
        top = max(rank for rank, _, _ in specific)
        areas = tuple(area for rank, area, _ in specific if rank == top)
        return _answer(file, path, areas, " and ".join(f"the area {area.title!r}" for area in areas)), False
    if not any(area.files or area.exact for area in file.areas):
        named = tuple(area for area in file.areas if not area.is_general and _is_named_in(area.title, path))
        if named:
            words = " and ".join(repr(area.title) for area in named)
            return _answer(file, path, named, f"the name of the area {words}: the file lists no paths"), False
    general = tuple(area for area in file.areas if area.is_general) or tuple(area for _, area, _ in ranked)
    if not general:
        return None
    return _answer(file, path, general, f"{general[0].title!r}, who answer for the whole project"), True


def _answer(file: OwnerFile, path: str, areas: Iterable[Area], because: str) -> Answer:
    owners = tuple(dict.fromkeys(owner for area in areas for owner in area.owners))
    return Answer(path=path, owners=owners, source=file.path, because=because)


def _best(area: Area, path: str) -> tuple[int, str]:
    """Return how specific the area's best matching glob is (0 for one that matches everything), -1 for none."""
    if any(matches(glob, path) for glob in area.excluded):
        return -1, ""
    hits = [glob for glob in area.files if matches(glob, path)]
    hits += [glob for glob in area.exact if matches(glob, path, below=False)]
    return max(((_weight(glob), glob) for glob in hits), default=(-1, ""))


def _weight(glob: str) -> int:
    """Return the number of letters a glob pins down."""
    return len(re.sub(r"[*?/]|\[[^]]*\]", "", glob))


def matches(glob: str, path: str, *, below: bool = True) -> bool:
    """Return whether the glob names `path` itself or, with `below`, a folder that holds it; in linear memory."""
    steps = [step for step in glob.split("/") if step]
    parts = path.split("/")
    if glob.endswith("/") or not steps:
        steps.append("**")
    elif steps[-1] != "**" and below and not re.search(r"[*?[]", steps[-1]):
        return _match(steps, parts) or _match([*steps, "**"], parts)
    return _match(steps, parts)


def _match(steps: Sequence[str], parts: Sequence[str]) -> bool:
    reached = {0}
    for number, step in enumerate(steps):
        if step == "**":
            first = min(reached)
            # At the end it stands for what lies below, so for at least one step.
            reached = set(range(first + (number == len(steps) - 1), len(parts) + 1))
        else:
            reached = {place + 1 for place in reached if place < len(parts) and fnmatchcase(parts[place], step)}
        if not reached:
            return False
    return len(parts) in reached


_WEAK = frozenset({
    "board", "device", "devices", "driver", "drivers", "etc", "framework", "platform", "platforms", "port", "ports",
    "semiconductor", "support", "system", "systems",
})  # fmt: skip
"""Words that tell nothing at the end of an area's title."""


def _is_named_in(title: str, path: str) -> bool:
    """Return whether every telling word of an area's title is a word of the path: ``Crypto`` for ``…/crypto/…``."""
    words = [word for word in re.findall(r"[a-z0-9]+", re.sub(r"\([^)]*\)", "", title.lower())) if len(word) > 2]
    while len(words) > 1 and words[-1] in _WEAK:
        words.pop()
    tokens = set(re.findall(r"[a-z0-9]+", path.lower()))
    return bool(words) and all(any(token in (word, f"{word}s") for token in tokens) for word in words)


class Faults:
    """Collects what could not be read, up to a limit."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, line: int, what: str) -> None:
        """Keep one fault with its line (from 1)."""
        if len(self._found) < FAULT_LIMIT:
            self._found.append(f"line {line}: {what}")

    def all(self) -> tuple[str, ...]:
        """Return what was kept."""
        return tuple(self._found)


_ADDRESS = re.compile(r"([^<>]{0,200}?)\s*<([^<>\s@]{1,100}@[^<>\s]{1,200})>")
_BARE = re.compile(r"[^<>\s@,]{1,100}@[^<>\s@,]{1,200}")
_HANDLE = re.compile(r"\[?@([A-Za-z0-9][A-Za-z0-9._/-]{0,99})\]?")


def read_person(text: str, role: Role) -> Owner | None:
    """Return the person that ``Name <address> [@handle]``, an address or ``@handle`` names; None for nobody."""
    text = text.strip()
    if found := _ADDRESS.match(text):
        handle = _HANDLE.search(text[found.end() :])
        name = found[1].strip().strip('"')
        return Owner(name=name, email=found[2], handle=handle[1] if handle else "", role=role)
    if found := _HANDLE.fullmatch(text):
        return Owner(handle=found[1], role=role)
    if _BARE.fullmatch(text):
        return Owner(email=text, role=role)
    return Owner(name=text[:200], role=role) if text and "@" not in text else None
