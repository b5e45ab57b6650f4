"""``midstream index``: what it says, and its exit codes."""

import json
import subprocess
import sys
from pathlib import Path

MAIN = "from midstream.wiring.main import main; main()"
GOOD = {
    "id": "GOOD-1",
    "modified": "2026-11-01T00:00:00Z",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "demo"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}],
        }
    ],
}


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MAIN, "index", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_building_and_showing(tmp_path: Path) -> None:
    feed, to = tmp_path / "feed.json", tmp_path / "index.db"
    feed.write_text(json.dumps([GOOD, {"id": "BAD\u001b", "affected": []}]))
    built = run("build", feed, "--to", to)
    assert built.returncode == 0, built.stderr
    assert "1 advisory, 1 range, public" in built.stdout
    assert "1 part could not be read" in built.stderr
    assert "taken over" in run("build", feed, "--to", to).stdout
    assert run("build", feed, "--to", to, "--strict").returncode == 1
    shown = run("show", to)
    assert "PyPI" in shown.stdout
    assert "2026-11-01" in shown.stdout
    assert "\x1b" not in shown.stdout
    tree = json.loads(run("show", to, "--json", "--unread").stdout)
    assert tree["advisories"] == 1
    assert tree["unread"][0]["place"] == "feed.json[1]"
    assert all(len(line) <= 80 for line in (built.stdout + shown.stdout).splitlines() if str(tmp_path) not in line)


def test_a_source_of_which_nothing_can_be_read_is_trouble(tmp_path: Path) -> None:
    good, cut, to = tmp_path / "good.json", tmp_path / "cut.zip", tmp_path / "index.db"
    good.write_text(json.dumps(GOOD))
    cut.write_bytes(b"PK\x03\x04 cut")
    done = run("build", good, cut, "--to", to)
    assert done.returncode == 3
    assert "nothing could be read of some sources" in done.stderr
    assert json.loads(run("show", to, "--json").stdout)["advisories"] == 1


def test_misuse_is_told(tmp_path: Path) -> None:
    assert run("build", tmp_path / "missing.zip").returncode == 2
    none = run("show", tmp_path / "none.db")
    assert none.returncode == 2
    assert "hint:" in none.stderr
