"""The demo: stories shipped with the package, told into an empty store."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from midstream.desk.desk import Desk
from midstream.desk.moving import check_empty, rebuild
from midstream.desk.projects import policy_body, project_body
from midstream.ledger.kinds import NAMES
from midstream.ledger.kinds.process import ProjectConfigured
from midstream.ledger.story import tell
from midstream.policy.book import shipped

FOLDER = Path(__file__).parent.parent / "demo"
PROJECT = "tf-m"
DUTY = "yuki"
"""Who is on duty in the demo."""
SHOWN = "tf-m-2"
"""The case whose timeline the demo shows."""


TELLER = "demo"
"""Who says what the demo tells of its project, and the key of those facts; no person may be called so."""

_KNOWN: dict[str, bool] = {}
"""By the digest of a project's stream whether it is the demo's: the same stream is always the same answer."""


def is_demo(desk: Desk) -> bool:
    """Return whether the store is the demo and nothing else: its one project is the demo's, as the demo told it.

    Another project beside it, or a project file of somebody's own, and it is a demo no longer.
    """
    heads = desk.store.heads("project/")
    if [head.stream for head in heads] != [f"project/{PROJECT}"]:
        return False
    digest = heads[0].digest
    if digest not in _KNOWN:
        told = [fact for fact in desk.store.facts(f"project/{PROJECT}") if isinstance(fact.body, ProjectConfigured)]
        _KNOWN[digest] = bool(told) and all(fact.said_by == fact.key == TELLER for fact in told)
    return _KNOWN[digest]


def load_demo(desk: Desk) -> int:
    """Return how many facts were recorded: all of the demo's in a new store, none when it is there.

    History keeps its true moments; the invented cases are told as counted back from now. The project's file and policy
    are told as known from the first moment on, so that every past moment can be asked for. Raises `Refused` for a
    store that serves another project.
    """
    check_empty(desk, apart_from=PROJECT)
    if desk.store.head(f"project/{PROJECT}").number:
        return 0
    now = desk.clock()
    entries: list[Any] = []
    for name in ("tf-m-history.toml", "tf-m-in-progress.toml"):
        entries += tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["fact"]
    first = min(entry["at"] for entry in entries if isinstance(entry["at"], datetime))
    for body in (
        project_body((FOLDER / "midstream.toml").read_text(encoding="utf-8")),
        policy_body(PROJECT, shipped()),
    ):
        fields = msgspec.to_builtins(body)
        entries.insert(
            0,
            {"stream": f"project/{PROJECT}", "at": first, "said_by": TELLER, "kind": NAMES[type(body)], "body": fields},
        )
    count = desk.store.load(tell(entries, now=now, key=TELLER, where="demo"))
    rebuild(desk)
    return count
