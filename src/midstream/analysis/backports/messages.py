"""The message of a backport: what a cherry-pick adds to it, and what a branch's own history shows to be usual."""

import re
from collections.abc import Sequence

import msgspec

_TRAILER = re.compile(rb"[A-Za-z0-9-]+[ \t]*:")
_ORIGIN = re.compile(rb"\(cherry picked from commit [0-9a-f]{7,64}\)")
_SIGNED = re.compile(rb"(?mi)^Signed-off-by:[^<\n]*<([^>\n]+)>")

ENOUGH = 10
"""From so many commits of its own on, a branch whose backports name no origin is taken not to want it."""
RARE = 0.05
"""A branch of which fewer of its own commits than this share name an origin does not do so as a rule."""


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """A commit that only the branch has: its message, and the address of who committed it."""

    message: bytes
    committer: str


class Custom(msgspec.Struct, frozen=True, kw_only=True):
    """What is usual on a branch.

    `origin`: backports say ``(cherry picked from commit …)``. `sign_off`: whoever commits adds their own
    ``Signed-off-by:``. `because` says what that was read from.
    """

    origin: bool
    sign_off: bool
    because: str


def custom_of(own: Sequence[Own]) -> Custom:
    """Return what is usual on a branch, by its own commits; with too few of them, that an origin is named."""
    named = sum(_ORIGIN.search(commit.message) is not None for commit in own)
    signed = sum(
        commit.committer.lower().encode() in {name.lower() for name in _SIGNED.findall(commit.message)}
        for commit in own
    )
    sign_off = len(own) > 0 and signed * 2 >= len(own)
    if len(own) < ENOUGH and not named:
        because = f"the branch has {len(own)} commits of its own, too few to tell: the origin is named"
        return Custom(origin=True, sign_off=sign_off, because=because)
    because = f"{named} of the branch's last {len(own)} own commits name their origin"
    return Custom(origin=named >= RARE * len(own), sign_off=sign_off, because=because)


def with_origin(message: bytes, commit: str) -> bytes:
    """Return the message with the line that ``git cherry-pick -x`` adds, where it adds it; unchanged when it is there.

    All else, a Change-Id and every Signed-off-by, stays as it is.
    """
    line = b"(cherry picked from commit " + commit.encode() + b")\n"
    if line in message:
        return message
    text = message if message.endswith(b"\n") or not message else message + b"\n"
    return text + (b"" if _ends_in_trailers(text) else b"\n") + line


def with_sign_off(message: bytes, name: bytes, email: bytes) -> bytes:
    """Return the message with this person's ``Signed-off-by:`` at its end, unless it is the last one already."""
    line = b"Signed-off-by: " + name + b" <" + email + b">\n"
    text = message if message.endswith(b"\n") or not message else message + b"\n"
    if text.endswith(b"\n" + line):
        return text
    return text + (b"" if _ends_in_trailers(text) else b"\n") + line


def _ends_in_trailers(text: bytes) -> bool:
    """Return whether the last paragraph, which is not the first, is a block of trailers (git-interpret-trailers)."""
    head, blank, last = text.rstrip(b"\n").rpartition(b"\n\n")
    if not blank or not head.strip():
        return False
    lines = last.split(b"\n")
    trailers = sum(_TRAILER.match(line) is not None or _ORIGIN.match(line) is not None for line in lines)
    folded = sum(line[:1] in (b" ", b"\t") for line in lines[1:])
    own = any(_ORIGIN.match(line) or line.startswith(b"Signed-off-by: ") for line in lines)
    others = len(lines) - trailers - folded
    return trailers > 0 and (others == 0 or (own and trailers * 3 >= others))
