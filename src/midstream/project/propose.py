"""A first `midstream.toml`, proposed from what a checkout shows; everything that cannot be read stands as a comment."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import msgspec

from midstream.project.config import Branch

QUIET = timedelta(days=730)
"""A branch without a commit for so long is proposed as archived."""
MOST = 60
"""Branches that are proposed; a project that maintains more writes its file by a program."""

_NUMBERED = re.compile(
    r"(?:.*/)?(?:[a-z][a-z0-9_]*[-_])*v?[0-9]+(?:\.(?:[0-9]+|[xy]))+(?:[-_.](?:branch|lts|stable|x|y|cip|maint)[a-z0-9]*)*"
)
_NAMED = re.compile(r"(?:release|releases|stable|lts|maint|support)[/_-].*[0-9].*")
_SIDE = re.compile(
    r"(^|[-_./])(dependabot|renovate|copilot|rc|alpha|beta|dev|test|wip|tmp|preview|poc|import|revert|fix|feature|pr)"
    r"([-_./0-9]|$)"
)
_SERIES = re.compile(r"(?P<line>[A-Za-z-]*lts[A-Za-z-]*v?[0-9]+\.[0-9]+)\.[0-9]+")
_RELEASE = re.compile(r"(?P<before>[A-Za-z/_.-]*)[0-9]+(?:\.[0-9]+)+")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_ID = re.compile(r"[^a-z0-9.]+")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A branch or tag of the checkout, by the name people use, and the day of its newest commit."""

    name: str
    on: date


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkout shows. `main` is its default branch; `security` are paths and texts of its security policy."""

    name: str
    main: str
    today: date
    url: str = ""
    branches: tuple[Line, ...] = ()
    tags: tuple[Line, ...] = ()
    owners: tuple[str, ...] = ()
    security: tuple[tuple[str, str], ...] = ()
    person: str = ""
    policies: tuple[str, ...] = ()


def propose(seen: Seen) -> str:
    """Return the text of a `midstream.toml` that `read_project` reads, with a comment on all that was guessed."""
    ident = _ident(seen.name)
    policy = _policy(ident, seen.policies)
    contact, where = _contact(seen.security)
    others = ", ".join(name for name in seen.policies if name != policy)
    parts = [
        "# Proposed by `midstream init` from what this repository shows. Read it, correct it, and load it with",
        "# `midstream project load midstream.toml`. What could not be read stands as a comment.",
        "",
        "[project]",
        f"id = {_quoted(ident)}",
        f"name = {_quoted(seen.name[:200] or ident)}",
        f"# The written process you follow. It ships: midstream policy show. Others: {_plain(others)}.",
        f"policy = {_quoted(policy)}",
        "# Deadlines of the project are reckoned in this zone (an IANA name such as Europe/London).",
        'zone = "UTC"',
        f"# {where}",
        f"contact = {_quoted(contact)}" if contact else '# contact = "security@…"',
        "",
        "[[repository]]",
        f"name = {_quoted(seen.name[:200] or ident)}",
        f"url = {_quoted(seen.url)}" if seen.url else '# url = "https://…"',
        "# Where a clone stands for those who run the desk, so that the board can be recorded unattended.",
        '# path = "…"',
        *_owners(seen.owners),
        "",
        *_branches(seen),
        *_people(seen.person),
    ]
    return "\n".join(parts) + "\n"


def lines_of(seen: Seen) -> list[tuple[Branch, str]]:
    """Return the branches to propose, each with the comment that goes with it: main first, then by name."""
    found: list[tuple[Branch, str]] = [(Branch(name=seen.main, kind="development"), "")] if seen.main else []
    names = {line.name for line in seen.branches}
    for line in sorted(seen.branches, key=lambda line: _natural(line.name)):
        bare = line.name.removeprefix("archive/")
        lower = bare.lower()
        if line.name == seen.main or _SIDE.search(lower) or len(line.name) > 200:
            continue
        if not (_NUMBERED.fullmatch(lower) or _NAMED.fullmatch(lower)):
            continue
        if bare != line.name:
            found.append((Branch(name=line.name, kind="archive"), f"Its newest commit is of {line.on}."))
        elif seen.today - line.on > QUIET:
            found.append(
                (Branch(name=line.name, kind="archive"), f"No commit since {line.on}: archived, or still kept?")
            )
        else:
            is_long = "lts" in lower or "longterm" in lower
            found.append(
                (Branch(name=line.name, kind="lts" if is_long else "release"), f"Its newest commit is of {line.on}.")
            )
    newest: dict[str, Line] = {}
    for tag in sorted(seen.tags, key=lambda tag: _natural(tag.name)):
        series = _SERIES.fullmatch(tag.name)
        if series and series["line"] not in names:
            newest[series["line"]] = tag
    for name, tag in newest.items():
        is_old = seen.today - tag.on > QUIET
        found.append(
            (
                Branch(name=name, kind="archive" if is_old else "lts"),
                f"There are only tags: the newest, {tag.name}, is of {tag.on}.",
            )
        )
    return found


def _branches(seen: Seen) -> Iterable[str]:
    lines = lines_of(seen)
    known = {branch.name for branch, _ in lines}
    left = sum(line.name not in known for line in seen.branches)
    yield "# Branches. kind: development, lts, release or archive. supported_until is the last day of support;"
    yield "# without it support has no end, and every fix is owed to the branch."
    if left:
        yield f"# {left} further branches look like work in progress and are left out."
    if tags := _tag_shape(seen.tags):
        yield f"# Release tags: {_plain(tags)}."
    for branch, comment in lines[:MOST]:
        yield ""
        yield "[[branch]]"
        if comment:
            yield f"# {_plain(comment)}"
        yield f"name = {_quoted(branch.name)}"
        yield f'kind = "{branch.kind}"'
        if branch.kind in {"lts", "release"}:
            yield "# supported_until = 2030-12-31"
    if len(lines) > MOST:
        yield f"# … and {len(lines) - MOST} more that look like branches of releases."


def _people(person: str) -> Iterable[str]:
    yield ""
    yield "# People. roles: response-team (sees every case), maintainer, release-manager, auditor. Skills are those"
    yield "# that the policy asks for, such as triage, analysis, fix, backport, disclosure, release."
    mark = "" if person else "# "
    yield f"{mark}[[person]]"
    yield f"{mark}name = {_quoted(person[:120] or 'you')}"
    yield f'{mark}zone = "UTC"'
    yield f'{mark}roles = ["response-team"]'
    yield f'{mark}skills = ["triage"]'


def _owners(paths: Sequence[str]) -> Iterable[str]:
    if paths:
        yield f"# Whom to ask about a file is read from: {_plain(', '.join(paths))}."
    else:
        yield "# There is no file of owners of a known name; whom to ask is read from a file's history. To name one:"
        yield '# owners = ["docs/OWNERS"]'


def _contact(security: Sequence[tuple[str, str]]) -> tuple[str, str]:
    for path, text in security:
        if found := _MAIL.search(text[:200_000]):
            return found[0], f"Read from {_plain(path)}."
    if security:
        return "", f"Where reports go; {_plain(security[0][0])} names no address."
    return "", "Where reports go; the repository has no security policy."


def _policy(ident: str, policies: Sequence[str]) -> str:
    bare = ident.replace("-", "").replace(".", "")
    fits = [name for name in policies if name.replace("-", "") in bare]
    if fits:
        return max(fits, key=len)
    return "cna-rules" if "cna-rules" in policies or not policies else policies[0]


def _tag_shape(tags: Sequence[Line]) -> str:
    """Return what most release tags look like, by their newest."""
    groups: dict[str, list[Line]] = {}
    for tag in tags:
        if found := _RELEASE.fullmatch(tag.name):
            groups.setdefault(found["before"], []).append(tag)
    if not groups:
        return ""
    largest = sorted(groups.items(), key=lambda entry: -len(entry[1]))[:3]
    return "; ".join(f"{len(found)} like {max(found, key=lambda tag: _natural(tag.name)).name}" for _, found in largest)


def _ident(name: str) -> str:
    return _ID.sub("-", name.lower()).strip("-.")[:60] or "project"


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (0, int(part), "") if part.isdecimal() and len(part) < 20 else (1, 0, part)
        for part in re.split(r"([0-9]+)", name)
    )


def _plain(text: str) -> str:
    """Return text for a comment: one line, nothing a terminal or TOML would trip over."""
    return "".join(char if char.isprintable() else "?" for char in text)[:300]


def _quoted(text: str) -> str:
    """Return a TOML basic string."""
    escaped = "".join(
        f"\\{char}" if char in '"\\' else char if char.isprintable() else f"\\u{min(ord(char), 0xFFFF):04x}"
        for char in text
    )
    return f'"{escaped}"'
