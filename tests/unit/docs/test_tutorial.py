"""The tutorial is true: its commands run, in order, on a real store, and what it shows of their output is there."""

import contextlib
import io
import re
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from midstream.adapters.mail import read_mail
from midstream.cli.app import Session, run
from midstream.desk.desk import Desk
from midstream.store import open_store
from midstream.wiring.main import open_history, open_trials
from midstream.wiring.settings import default_person, key_file, settle

ROOT = Path(__file__).parents[3]
TUTORIAL = ROOT / "docs" / "tutorial" / "index.md"
SHOWING = [ROOT / "docs" / "explanation" / name for name in ("reading-a-task.md", "who-sees-what.md")]
BEGINS = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LEFT_OUT = "…"

Step = tuple[str, list[str]]
Runner = Callable[[str], tuple[str, int]]


def blocks(text: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def steps(text: str) -> list[Step]:
    """Every command of the console blocks with the lines shown under it."""
    found: list[Step] = []
    for block in blocks(text, "console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return found


def difference(shown: list[str], output: str) -> str:
    """The first line shown that is not where it should be in the output; empty when all is true.

    Lines follow one another as they do in the output; a line `…` stands for any number of others. Empty lines at the
    end do not count.
    """
    there = output.rstrip("\n").splitlines()
    place, skipping = 0, False
    for line in shown:
        if line == LEFT_OUT:
            skipping = True
            continue
        if skipping:
            place = next((number for number in range(place, len(there)) if there[number] == line), len(there))
        if place >= len(there) or there[place] != line:
            return line
        place, skipping = place + 1, False
    return "" if skipping or place == len(there) else f"more lines follow, beginning with: {there[place]}"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """A shell in the root of the repository that knows midstream, at a clock that moves a minute a command."""
    store = str(tmp_path / "store.db")
    now = [BEGINS]
    for name in ("MIDSTREAM_AS", "MIDSTREAM_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MIDSTREAM_STORE", store)
    monkeypatch.chdir(ROOT)

    def open_desk(url: str) -> Desk:
        return Desk(store=open_store(url=url, key_file=key_file(url)), clock=lambda: now[0], read_mail=read_mail)

    def midstream(command: str) -> tuple[str, int]:
        session = Session(
            open_desk=open_desk,
            open_trials=open_trials,
            open_history=open_history,
            settle=settle,
            default_person=default_person,
            clock=lambda: now[0],
        )
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = run(session)
        now[0] += timedelta(minutes=1)
        return said.getvalue(), code

    return midstream


def test_the_tutorial_is_true(shell: Runner) -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    told = steps(text)
    assert len(told) > 15
    outputs: list[str] = []
    code = 0
    for count, (command, shown) in enumerate(told):
        if command == "echo $?":
            assert shown == [str(code)]
            continue
        if command.startswith("export "):
            assert command == 'export PATH="$PWD/.venv/bin:$PATH"'
            continue
        output, code = shell(command.replace("make demo", "midstream demo"))
        outputs.append(output)
        assert difference(shown, output) == "", f"$ {command}\n{output}"
        expected = 1 if count + 1 < len(told) and told[count + 1][0] == "echo $?" else 0
        assert bool(code) == expected, f"$ {command}\n{output}"
    for page in (TUTORIAL, *SHOWING):
        shown = blocks(page.read_text(encoding="utf-8"), "text")
        assert shown
        for block in shown:
            assert any(block in output for output in outputs), f"{page.name} shows what the tutorial did not: {block}"


def test_make_demo_runs_the_command_of_the_demo() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^demo:.*\n\t@\$\(BIN\)/midstream demo --serve$", makefile, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("shown", "output", "found"),
    [
        (["a", "b"], "a\nb\n\n", ""),
        (["a", "…"], "a\nb\n", ""),
        (["…", "b"], "a\nb\n", ""),
        (["a", "…", "c"], "a\nb\nc\n", ""),
        ([], "", ""),
        (["a"], "a\nb\n", "more lines follow, beginning with: b"),
        ([], "a\n", "more lines follow, beginning with: a"),
        (["b", "a"], "a\nb\n", "b"),
        (["a", "c"], "a\nb\nc\n", "c"),
        (["…", "c", "…", "b"], "a\nb\nc\n", "b"),
        (["a"], "", "a"),
    ],
)
def test_a_line_that_is_not_true_is_found(shown: list[str], output: str, found: str) -> None:
    assert difference(shown, output) == found
