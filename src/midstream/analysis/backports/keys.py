"""What a commit can be recognised by: keys of its message, and keys of the lines it changes."""

import re
from array import array
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final
from zlib import crc32

import msgspec

from midstream.analysis.backports.corpus import Naming

SAMPLE: Final = 1024
"""Line keys kept of a commit: the smallest of them, which is a fair sample that compares with any other (bottom-k)."""

MESSAGE_LIMIT: Final = 65_536
"""Characters of a message that are searched for names; what people write is far shorter."""

NAMES_LIMIT: Final = 64
"""Commits that one message may name: merges and imports list whole histories, and name nothing in particular."""

_SPACE: Final = b" \t\r\f\v"
_PLACES: Final = re.compile(rb"\n@@ [^\n]*")
_NO_NEWLINE: Final = re.compile(rb"\n\\[^\n]*")
_SHA: Final = r"([0-9a-f]{7,64})\b"
_CHANGE_ID: Final = re.compile(r"^\s*Change-Id:\s*(I[0-9a-f]{8,64})\s*$", re.MULTILINE | re.IGNORECASE)
# Each way to say "this is that commit, brought here", as git, stable kernels, Ubuntu and GitLab write it.
_PICKED: Final = re.compile(
    rf"(?:cherry[- ]?picked from commit|backported from commit|backport(?:ed)? (?:of|from) commit)\s+{_SHA}"
    rf"|^\s*\[?\s*upstream commit:?\s+{_SHA}"
    rf"|^\s*\[?\s*commit\s+{_SHA}\s+upstream",
    re.MULTILINE | re.IGNORECASE,
)
_REVERTED: Final = re.compile(
    r"\brevert(?:s|ed|ing)?\s+(?:the\s+)?commits?\s+((?:[0-9a-f]{7,64}\b[\s,;.&]*(?:and\s+)?)+)", re.IGNORECASE
)
_PARTIAL: Final = re.compile(
    r"\bpartial(?:ly)?\b[^.]{0,40}\b(?:cherry[- ]?pick|backport)"
    r"|\b(?:cherry[- ]?pick(?:ed)?|backport(?:ed)?)\b[^.]{0,40}\bpartial",
    re.IGNORECASE,
)
# A fix names in these words the commit that it repairs, which is not the one it is.
_REPAIRED: Final = re.compile(
    rf"^\s*(?:fixes|introduced[- ]by|bisected)\b[^\n]*?{_SHA}[^\n]*$", re.MULTILINE | re.IGNORECASE
)
_HEX: Final = re.compile(rf"\b{_SHA}", re.IGNORECASE)
_TAGS: Final = re.compile(
    r"^(?:\[[^\]]{1,40}\]\s*|(?:backport(?:ed)?|upstream|fromlist|fromgit)\b(?:\s+(?:to|for)\b)?"
    r"(?:\s+(?:v|lts-?v?)?[0-9][0-9.x]*(?:\s+lts)?)?\s*:\s*)+",
    re.IGNORECASE,
)
_PULL: Final = re.compile(r"\s*\((?:#|![0-9]*#?)[0-9]+\)\s*$")
_QUOTED: Final = re.compile(r'^revert:?\s+"(.+)"$', re.IGNORECASE | re.DOTALL)


class MessageKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says: its subject, its Change-Ids, and the commits it names, each once, at its strongest."""

    subject: str
    change_ids: tuple[str, ...] = ()
    names: tuple[tuple[Naming, str], ...] = ()


def message_keys(message: str) -> MessageKeys:
    """Return the keys of a commit message; `subject` is its first paragraph on one line, as git's ``%s``."""
    text = message[:MESSAGE_LIMIT].lstrip("\n")
    subject = " ".join(text.split("\n\n", 1)[0].split())[:1000]
    ids = tuple(dict.fromkeys(found.lower() for found in _CHANGE_ID.findall(text)))[:NAMES_LIMIT]
    names: dict[str, Naming] = {}
    for match in _PICKED.finditer(text):
        names.setdefault(next(group for group in match.groups() if group).lower(), "picked")
    for match in _REVERTED.finditer(text):
        for sha in _HEX.findall(match[1]):
            names.setdefault(sha.lower(), "reverted")
    rest = _REPAIRED.sub("", _CHANGE_ID.sub("", text))
    for sha in _HEX.findall(rest):
        if is_like_sha(sha := sha.lower()):
            names.setdefault(sha, "named")
    if _PARTIAL.search(text):
        names = {sha: "reverted" if how == "reverted" else "partly" for sha, how in names.items()}
    if len(names) > NAMES_LIMIT:
        names = {sha: how for sha, how in names.items() if how != "named"}
    return MessageKeys(subject=subject, change_ids=ids, names=tuple((how, sha) for sha, how in names.items()))


def is_like_sha(word: str) -> bool:
    """Return whether a hexadecimal word is likely the id of a commit, not a number or a word such as ``defaced``."""
    return len(word) >= 40 or (any(char.isdigit() for char in word) and any(char.isalpha() for char in word))


def plain_subject(subject: str) -> str:
    """Return a subject without what a backport adds: ``[2.28] Backport: Fix x (#12)`` becomes ``fix x``."""
    plain = _PULL.sub("", _TAGS.sub("", " ".join(subject.split())))
    return (plain or subject).casefold().rstrip(" .")


def reverted_subject(subject: str) -> str:
    """Return the subject that a revert quotes; empty for what is no revert."""
    match = _QUOTED.match(" ".join(subject.split()))
    return match[1] if match else ""


class PatchKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of a patch; see `Entry` for what they hold. `lines` is an array of unsigned 32-bit numbers, sorted."""

    patch: bytes
    lines: "array[int]"
    size: int


def patch_keys(files: Iterable[tuple[bytes, bytes]]) -> PatchKeys:
    """Return the keys of a patch made of (path, hunks without context) of each file, in any order of files.

    As ``git patch-id --stable`` it leaves out white space, the numbers of lines and the order of files; it also
    leaves out context, so that the same change in other surroundings has the same key.
    """
    total, lines = 0, set[int]()
    for path, hunks in files:
        plain = _NO_NEWLINE.sub(b"", _PLACES.sub(b"", b"\n" + hunks)).translate(None, _SPACE)
        digest = blake2b(path + b"\0" + plain, digest_size=8).digest()
        total += int.from_bytes(digest, "big")
        # Lone brackets and the like say nothing; leaving them out makes the index smaller.
        lines.update([crc32(line) for line in plain.split(b"\n") if len(line) > 4])
    kept = sorted(lines)
    patch = (total & (2**64 - 1)).to_bytes(8, "big") if total else b""
    return PatchKeys(patch=patch, lines=array("I", kept[:SAMPLE]), size=len(kept))
