"""The core has no clock, chance, environment or network: ruff's banned-api, seen to catch each planted use."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BANNED = [
    "from datetime import datetime\ndatetime.now()",
    "import datetime\ndatetime.datetime.utcnow()",
    "from datetime import date\ndate.today()",
    "import time\ntime.time()",
    "import random\nrandom.random()",
    "import secrets\nsecrets.token_bytes()",
    "from uuid import uuid4\nuuid4()",
    "import os\nos.environ['HOME']",
    "import os\nos.getenv('HOME')",
    "import os\nos.urandom(8)",
    "from http.client import HTTPConnection",
    "from urllib.request import urlopen",
]
CORE = ("desk", "advisories", "policy", "cases", "ledger", "project", "analysis", "formats", "site", "web")
OUTER = ("wiring", "store", "cli", "adapters")


def rooms_and_uses_found(house: Path) -> set[tuple[str, int]]:
    """The planted uses that ruff reports under the project's configuration, as room and place in BANNED."""
    for room in CORE + OUTER:
        folder = house / "src" / "midstream" / room
        folder.mkdir(parents=True)
        for place, text in enumerate(BANNED):
            (folder / f"use_{place}.py").write_text(text + "\n")
    # The ignores per folder are relative to the configuration's own folder.
    (house / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--select=TID251", "--output-format=json", "src"],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )
    paths = [Path(each["filename"]) for each in json.loads(done.stdout)]
    return {(path.parent.name, int(path.stem.removeprefix("use_"))) for path in paths}


def test_only_the_outer_rooms_may_ask_clock_chance_and_environment(tmp_path: Path) -> None:
    everywhere_in_the_core = {(room, place) for room in CORE for place in range(len(BANNED))}
    assert rooms_and_uses_found(tmp_path) == everywhere_in_the_core
