"""Branches as data: which ref a branch's name means, and which tags are the releases of its series."""

import re
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

from midstream.analysis.backports.model import BranchLine, Ref

_VERSION: Final = re.compile(r"(?P<prefix>|.*?[^0-9.])(?P<numbers>[0-9]{1,6}(?:\.[0-9]{1,6})*)")
_UNFINISHED: Final = re.compile(r"[0-9]\.[0-9]|(?:^|[-_.0-9])(?:rc|alpha|beta|pre|preview|dev)[-_.]?$", re.IGNORECASE)
_SERIES: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})*")

RARE: Final = 0.05
"""Tags of a prefix that fewer than this share of all version tags have are those of something else."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A branch as the project file names it: `ref` where it is in git, `tags` a pattern of its final release tags."""

    name: str
    kind: Literal["development", "lts", "release", "archive"] = "release"
    ref: str = ""
    tags: str = ""


def find_line(wanted: Wanted, refs: Sequence[Ref]) -> BranchLine:
    """Return the branch as it is in git; without a tip, and with `trouble` said, when git has nothing of that name."""
    name = wanted.ref or wanted.name
    tags = [ref for ref in refs if ref.name.startswith("refs/tags/")]
    tip = _branch(name, refs) or next((ref for ref in tags if name in {ref.name, ref.short}), None)
    releases = releases_of(wanted, tags)
    if tip is None and releases and releases[-1].short.startswith(f"{name}."):
        tip = releases[-1]  # a long-term branch of which only the releases are published
    if tip is None:
        return BranchLine(
            name=wanted.name,
            tip="",
            kind=wanted.kind,
            trouble=f"git has no branch, tag or series of tags called {name!r}; fetch it, or set ref in midstream.toml",
        )
    return BranchLine(name=wanted.name, tip=tip.commit, ref=tip.name, kind=wanted.kind, releases=tuple(releases))


def _branch(name: str, refs: Sequence[Ref]) -> Ref | None:
    """Return the branch of that name: as the remote has it, which is what is published, else as it is here."""
    places = (name, f"refs/remotes/origin/{name}", f"refs/heads/{name}", f"refs/heads/archive/{name}")
    known = {ref.name: ref for ref in refs if not ref.name.startswith("refs/tags/")}
    found = [known[place] for place in places if place in known]
    if not found:
        found = [
            ref for ref in known.values() if re.fullmatch(rf"refs/remotes/[^/]+/(archive/)?{re.escape(name)}", ref.name)
        ]
    return found[0] if found else None


def releases_of(wanted: Wanted, tags: Sequence[Ref]) -> list[Ref]:
    """Return the final release tags of the branch's series by version, the earliest first.

    Those that begin with the branch's own name are its series if there are any; else those with the numbers in its
    name. The development branch has the tags of all series. What follows the numbers, as in ``-rc1``, makes a tag
    no final one.
    """
    if wanted.tags:
        chosen = [tag for tag in tags if fnmatchcase(tag.short, wanted.tags) and _parts(tag) is not None]
        return sorted(chosen, key=_version)
    final = [tag for tag in tags if _parts(tag) is not None]
    counts = Counter(_prefix(tag) for tag in final if "/" not in _prefix(tag))
    usual = [tag for tag in final if counts[_prefix(tag)] >= max(1, RARE * sum(counts.values()))]
    if wanted.kind == "development":
        return sorted(usual, key=_version)
    own = [tag for tag in final if tag.short.startswith(f"{wanted.name}.")]
    if own:
        return sorted(own, key=_version)
    series = _series(wanted.name)
    named = [_prefix(tag) for tag in final if tag.short == wanted.name]
    chosen = [tag for tag in usual if series and _version(tag)[0][: len(series)] == series]
    return sorted((tag for tag in chosen if not named or _prefix(tag) in named), key=_version)


def _series(name: str) -> tuple[int, ...]:
    """Return the numbers of the series a branch's name means: of ``release/2.1.x`` and of a tag ``v2.1.3``, 2 and 1."""
    found = _SERIES.findall(name)
    numbers = tuple(int(part) for part in found[-1].split(".")) if found else ()
    return numbers[:2]


def _parts(tag: Ref) -> re.Match[str] | None:
    """Return the prefix and numbers of a final release tag; None for other tags, such as ``v1.0-rc1``."""
    match = _VERSION.fullmatch(tag.short)
    return None if match is None or _UNFINISHED.search(match["prefix"]) else match


def _prefix(tag: Ref) -> str:
    match = _parts(tag)
    return match["prefix"] if match else ""


def _version(tag: Ref) -> tuple[tuple[int, ...], str]:
    match = _parts(tag)
    return (tuple(int(part) for part in match["numbers"].split(".")) if match else ()), tag.name
