"""Writes the branch that a clean trial promises: its commits as a cherry-pick would make them, and one new ref.

The objects come from the quarantine of the trial in one pack, so the repository gets nothing but what the branch
needs; the ref is made last, and only when there is none of its name. No work tree and no index is touched.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from midstream.adapters.git.place import Place
from midstream.adapters.git.quarantine import Quarantine
from midstream.adapters.git.trial import RawCommit, State, read_commits, run
from midstream.analysis.backports.messages import Own, custom_of, with_origin, with_sign_off
from midstream.analysis.backports.trial import Request, Trial
from midstream.desk.ports import HistoryTrouble

LOOKED_AT = 300
"""How many of a branch's own commits are looked at for what is usual there."""
_IDENTITY = re.compile(rb"(.*) <([^<>]*)> ([0-9]+ [+-][0-9]{4})")
_KEPT = (b"author ", b"encoding ")
"""The header lines a cherry-pick keeps; a signature was made over another commit."""


def write_branch(place: Place, request: Request, *, name: str, sign_off: bool = False) -> Trial:
    """Return the trial, with the branch it was written to when it was clean; nothing is written otherwise.

    Author and author date stay, the committer is the one git knows; a Change-Id and all trailers stay, the origin is
    named where the branch's own commits name theirs, and with `sign_off` the committer's line is added. Raises
    `HistoryTrouble` for a name that cannot be a branch or is one, and when git does not know who commits.
    """
    ref = _new_ref(place, name)
    who = committer(place)
    with Quarantine(objects=place.objects, form=place.form) as room:
        (state,) = run(place, room, [request])
        trial = state.answer
        if trial is None or trial.outcome != "clean":
            return trial or state.end(
                "error", what="nothing was tried", hint="This is a defect; report it. Nothing was written."
            )
        head = _commits(place, room, state, who, sign_off=sign_off)
        pack = place.run(
            "pack-objects", "--revs", "--stdout", "-q", feed=f"{head}\n^{request.target}\n".encode(), env=room.env
        )
        place.run("unpack-objects", "-q", feed=pack)
    place.run("update-ref", "--create-reflog", "-m", "midstream: backport", ref, head, "0" * len(head))
    return state.end("clean", written=name, head=head)


def own_commits(place: Place, *, branch: str, fix: str) -> list[Own]:
    """Return the newest commits that are in `branch` and not in `fix`, without merges: messages and committers."""
    raw = place.run("log", "-z", f"--max-count={LOOKED_AT}", "--no-merges", "--format=%ce%n%B", branch, f"^{fix}", "--")
    rows = [row.partition(b"\n") for row in raw.split(b"\0") if row]
    return [Own(message=message, committer=who.decode("utf-8", "replace")) for who, _, message in rows]


def _commits(place: Place, room: Quarantine, state: State, who: bytes, *, sign_off: bool) -> str:
    """Return the newest of the commits now in `room`, one for each that changes the branch."""
    request = state.request
    custom = custom_of(own_commits(place, branch=request.target, fix=request.commits[-1]))
    commits = read_commits(place, [name for name, _ in state.applied])
    parent = request.target
    for name, tree in state.applied:
        old = commits[name]
        if not isinstance(old, RawCommit):
            raise HistoryTrouble(f"{name[:12]} is no commit any more", hint="Try again.")
        head, _, message = old.content.partition(b"\n\n")
        kept = [line for line in _head_lines(head) if line.startswith(_KEPT)]
        if custom.origin:
            message = with_origin(message, name)
        if sign_off and (found := _IDENTITY.fullmatch(who)):
            message = with_sign_off(message, found[1], found[2])
        lines = [
            b"tree " + tree.encode(),
            b"parent " + parent.encode(),
            *(line for line in kept if line.startswith(b"author ")),
            b"committer " + who,
            *(line for line in kept if line.startswith(b"encoding ")),
        ]
        parent = room.put("commit", b"\n".join(lines) + b"\n\n" + message)
    return parent


def _head_lines(head: bytes) -> Sequence[bytes]:
    """Return the header lines of a commit, those folded left out with the line they belong to kept short."""
    return [line for line in head.split(b"\n") if not line.startswith(b" ")]


def _new_ref(place: Place, name: str) -> str:
    """Return the full name of the branch to make; raise `HistoryTrouble` when it cannot be made."""
    try:
        place.run("check-ref-format", "--branch", name)
    except HistoryTrouble:
        raise HistoryTrouble(f"{name!r} cannot be the name of a branch", hint="See git check-ref-format.") from None
    ref = f"refs/heads/{name}"
    if place.run("for-each-ref", "--format=%(refname)", ref):
        raise HistoryTrouble(f"there is a branch {name!r} already", hint="Name another; nothing is overwritten.")
    return ref


def committer(place: Place) -> bytes:
    """Return who commits, with the moment, as git knows it from the settings of whoever runs this."""
    home = Path.home()
    files = (home / ".gitconfig", Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git" / "config")
    settings = os.environ.get("GIT_CONFIG_GLOBAL") or str(next((file for file in files if file.is_file()), os.devnull))
    env = {name: value for name, value in os.environ.items() if name.startswith("GIT_COMMITTER_")}
    try:
        words = ("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
        return place.run(*words, env=env | {"GIT_CONFIG_GLOBAL": settings}).strip()
    except HistoryTrouble as error:
        hint = "Say who you are: git config user.name and user.email, as for every commit."
        raise HistoryTrouble(error.what, hint=hint) from None
