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
from midstream.ledger.story import tell
from midstream.policy.book import shipped

FOLDER = Path(__file__).parent.parent / "demo"
PROJECT = "tf-m"
DUTY = "yuki"
"""Who is on duty in the demo."""
SHOWN = "tf-m-2"
"""The case whose timeline the demo shows."""


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
            {"stream": f"project/{PROJECT}", "at": first, "said_by": "demo", "kind": NAMES[type(body)], "body": fields},
        )
    count = desk.store.load(tell(entries, now=now, key="demo", where="demo"))
    rebuild(desk)
    return count
