"""The demo: stories shipped with the package, told into an empty store."""

import tomllib
from pathlib import Path
from typing import Any

from midstream.desk.desk import Desk
from midstream.desk.moving import check_empty, rebuild
from midstream.desk.projects import activate_policy, load_project
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

    History keeps its true moments; the invented cases are told as counted back from now. Raises `Refused` for a
    store that serves another project.
    """
    check_empty(desk, apart_from=PROJECT)
    if desk.store.head(f"project/{PROJECT}").number:
        return 0
    now = desk.clock()
    entries: list[Any] = []
    for name in ("tf-m-history.toml", "tf-m-in-progress.toml"):
        entries += tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["fact"]
    facts = tell(entries, now=now, key="demo", where="demo")
    count = desk.store.load(facts)
    text = (FOLDER / "midstream.toml").read_text(encoding="utf-8")
    count += len(load_project(desk, text=text, where="midstream.toml", by=DUTY))
    count += len(activate_policy(desk, project=PROJECT, book=shipped(), by=DUTY))
    rebuild(desk)
    return count
