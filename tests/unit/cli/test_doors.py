"""The way in: exit codes, errors with hints, who one is, help and completion, and real processes."""

import errno
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from midstream.cases.verbs import VERBS
from midstream.cli.app import COMMANDS, Session, app, run
from midstream.cli.demo import demo
from midstream.cli.errors import code_of, explain
from midstream.desk.ports import StoreTrouble
from tests.desks import COMMIT, Clock
from tests.shells import Said, Shell

SRC = str(Path(__file__).parents[3] / "src")
MAIN = "from midstream.wiring.main import main; main()"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every command, groups included."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        yield (*path, name)
        command = group.get_command(ctx, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


EVERY = sorted(commands(app))
NAMES = [" ".join(path) for path in EVERY]


def process(*words: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Return what a process of its own says."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": SRC, "HOME": str(cwd), **more}
    return subprocess.run(
        [sys.executable, "-c", MAIN, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=60
    )


# Help


@pytest.mark.parametrize("path", EVERY, ids=NAMES)
def test_every_command_has_help_that_begins_with_what_it_does(empty: Shell, path: tuple[str, ...]) -> None:
    said = empty(*path, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Usage: midstream " + " ".join(path))
    assert re.search(r"\n\n  [A-Z][^\n]+", said.out)
    assert not empty.store.exists()


def test_help_lists_every_command_with_the_line_it_has_itself(empty: Shell) -> None:
    out = empty("--help").out
    assert [line.split()[0] for line in out.split("Commands:\n")[1].splitlines() if line[2] != " "] == list(COMMANDS)
    assert empty("-h").out == out
    for name, (_, text) in COMMANDS.items():
        assert text.rstrip(".") in " ".join(out.split())
        assert empty(name, "--help").out


def test_the_version_is_the_packages(empty: Shell) -> None:
    import midstream  # noqa: PLC0415 - one test needs it

    assert empty("--version").out == f"midstream, version {midstream.__version__}\n"


# Who one is


@pytest.mark.parametrize("way", ["--as", "MIDSTREAM_AS", "settings.toml"])
def test_nobody_is_the_worker(shell: Shell, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    shell.person = ""
    if way == "settings.toml":
        (shell.store.parent / "settings.toml").write_text('as = "worker"\n', encoding="utf-8")
    elif way == "MIDSTREAM_AS":
        monkeypatch.setenv("MIDSTREAM_AS", "worker")
    said = shell("case", "list", by="worker" if way == "--as" else "")
    assert (said.code, said.out) == (2, "")
    assert "'worker' is the name of a part of Midstream" in said.err


def test_one_is_who_as_the_environment_or_the_settings_say(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def seen(by: str) -> int:
        return len(shell("case", "list", "--json", by=by).json)

    shell.person = ""
    assert seen("") == 1
    (shell.store.parent / "settings.toml").write_text('as = "ada"\n', encoding="utf-8")
    assert seen("") == 3
    monkeypatch.setenv("MIDSTREAM_AS", "eve")
    assert seen("") == 1
    assert seen("bob") == 3


# Errors


def test_each_exit_code_is_seen(shell: Shell, tmp_path: Path) -> None:
    assert shell("today").code == 0
    assert shell("do", "acme-1", "accept").code == 1
    assert shell("do", "acme-1", "acept").code == 2
    (tmp_path / "no.db").write_bytes(b"This is no database at all." * 99)
    trouble = Shell(tmp_path / "no.db", person="ada", clock=Clock())("today")
    assert (trouble.code, trouble.out) == (3, "")
    assert "hint:" in trouble.err


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("do", "acme-1", "accept"), 1, "Nothing needs to be done."),
        (("do", "acme-1", "note", "text=x", "--seen", "1"), 1, "--seen 3"),
        (("case", "show", "nothing"), 2, "midstream case list"),
        (("case", "why", "acme-1", "triag"), 2, "Did you mean 'triage'?"),
        (("case", "show", "acme-1", "--as-of", "now - 9 days"), 2, "Ask for a later moment."),
        (("case", "show", "acme-1", "--as-of", "once"), 2, "with its zone"),
        (("report", "take", "nothing.eml"), 2, "Check that the path is right"),
        (("project", "reserve", "CVE-1"), 2, "CVE-2026-12345"),
        (("project", "tag", "v1", "nowhere", COMMIT), 2, "release/1.x"),
        (("project", "show", "zeta"), 2, "shown to its own people"),
        (("policy", "show", "zephir"), 2, "Did you mean 'zephyr'?"),
        (("rotation", "shift", "bop", "now", "now + 1 day"), 2, "Did you mean 'bob'?"),
        (("ledger", "export", "no/such/folder/file"), 3, "Check that the path is right"),
    ],
)
def test_an_error_has_its_code_and_a_hint_and_data_stays_clean(
    shell: Shell, words: tuple[str, ...], code: int, hint: str
) -> None:
    said = shell(*words)
    assert (said.code, said.out) == (code, "")
    what, _, told = said.err.partition("\nhint:  ")
    assert what.startswith("error: ")
    assert hint in told
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("toady",), "Did you mean 'today'?"),
        (("case", "lst"), "No such command 'lst'"),
        (("--nothing",), "No such option"),
        (("case", "show"), "Missing argument 'CASE'"),
        (("worker",), "Missing option '--once'"),
        (("ledger", "import", "nothing"), "No such file"),
    ],
)
def test_a_mistyped_command_is_misuse(shell: Shell, words: tuple[str, ...], said: str) -> None:
    found = shell(*words)
    assert (found.code, found.out) == (2, "")
    assert said in found.err


SECRETS = re.compile(r"Key leaks|A third one|rosa|crypto|report\.|embargo|accept(?!ed)|triage")


@pytest.mark.parametrize(
    "words",
    [
        ("case", "show"),
        ("case", "log"),
        ("case", "why"),
        ("do", "note", "text=x"),
        ("do", "accept"),
        ("do", "score", "severity=high", "--seen", "1"),
        ("do", "erase", "reason=Because.", "--key", "demo"),
    ],
    ids=" ".join,
)
def test_an_outsider_learns_nothing_from_an_error(shell: Shell, words: tuple[str, ...]) -> None:
    """The words for a case that is private are those for one that is not there."""
    at = 1 if words[0] == "do" else 2
    told = set()
    for case in ("acme-1", "acme-3", "acme-404"):
        for by in ("eve", "", "rel", "mia"):
            said = shell(*words[:at], case, *words[at:], by=by)
            assert (said.code, said.out) == (2, "")
            told.add(said.err.replace(case, "…"))
    [only] = told
    assert not SECRETS.search(only)


def test_an_error_nobody_expected_is_not_hidden() -> None:
    def fails(_store: str) -> object:
        raise ZeroDivisionError

    session = Session(
        open_desk=fails,  # type: ignore[arg-type]
        open_trials=fails,  # type: ignore[arg-type]
        open_history=fails,  # type: ignore[arg-type]
        settle=lambda _store, _person: None,
        default_person=lambda _store: "",
        clock=Clock(),
    )
    before = sys.argv
    sys.argv = ["midstream", "today"]
    try:
        with pytest.raises(ZeroDivisionError):
            run(session)
    finally:
        sys.argv = before


def test_a_person_who_stops_a_command_is_told_that_it_stopped(shell: Shell) -> None:
    def stopped(url: str = "") -> object:
        raise KeyboardInterrupt(url)

    shell.desk = stopped  # type: ignore[method-assign,assignment]
    said = shell("today")
    assert (said.code, said.err.strip()) == (1, "stopped; nothing more was done")


def test_text_that_is_not_utf_8_is_misuse_wherever_it_stands(shell: Shell) -> None:
    assert shell("do", "acme-3", "accept", "--key", "\udcff").code == 2
    said = shell("case", "list", by="\udcff")
    assert (said.code, said.out) == (2, "")
    assert "UTF-8" in said.err.splitlines()[0]
    assert said.err.splitlines()[1].startswith("hint:  ")


def test_a_closed_pipe_ends_a_command_quietly(shell: Shell) -> None:
    def closed(url: str = "") -> object:
        raise BrokenPipeError(errno.EPIPE, url)

    shell.desk = closed  # type: ignore[method-assign,assignment]
    assert shell("today") == Said(code=0, out="", err="")


def test_a_command_is_found_by_its_name_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = click.Context(app)
    assert isinstance(app, click.Group)
    assert app.get_command(ctx, "nothing") is None
    monkeypatch.setitem(COMMANDS, "odd", ("midstream.cli.app:COMMANDS", "Not a command."))
    with pytest.raises(TypeError, match="COMMANDS"):
        app.get_command(ctx, "odd")
    with pytest.raises(click.UsageError, match="the demo needs a desk"):
        demo.main([], standalone_mode=False)


def test_trouble_without_a_hint_is_still_explained(capsys: pytest.CaptureFixture[str]) -> None:
    explain(StoreTrouble("the disk is \x1b[2Jfull", hint=""))
    assert capsys.readouterr().err == "error: the disk is \ufffd[2Jfull\n"
    explain(OSError("no number"))
    assert capsys.readouterr().err == "error: no number\n"
    explain(OSError(28, "No space left on device"))
    assert capsys.readouterr().err.startswith("error: No space left on device\nhint:  ")
    assert code_of(OSError(28, "No space left on device")) == 3
    assert code_of(ValueError("of somebody else")) is None


# Completion


def test_the_shell_gets_a_completion_script(empty: Shell, tmp_path: Path) -> None:
    said = process(cwd=tmp_path, _MIDSTREAM_COMPLETE="bash_source")
    assert said.returncode == 0
    assert "_MIDSTREAM_COMPLETE=bash_complete" in said.stdout
    assert not empty.store.exists()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("midstream to", ["today"]),
        ("midstream case w", ["why"]),
        ("midstream do acme-1 ack", ["acknowledge"]),
        ("midstream do acme-1 record-fi", ["record-fix"]),
    ],
)
def test_commands_and_verbs_are_completed(tmp_path: Path, line: str, found: list[str]) -> None:
    words = str(len(line.split()) - 1)
    said = process(cwd=tmp_path, _MIDSTREAM_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=words)
    assert [row.split(",")[1] for row in said.stdout.splitlines()] == found
    assert list(tmp_path.iterdir()) == []


def test_every_verb_can_be_completed_to() -> None:
    from midstream.cli.do import complete_verb  # noqa: PLC0415 - one test needs it

    ctx = click.Context(app)
    items = complete_verb(ctx, app.params[0], "")
    assert {item.value for item in items} == set(VERBS)
    assert all(item.help == f"records {VERBS[item.value].kind}" for item in items)


# Processes


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("do", "--help"), ("toady",)], ids=" ".join)
def test_help_loads_neither_django_nor_msgspec(tmp_path: Path, words: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom midstream.wiring.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted(name for name in ('django', 'msgspec', 'holidays', 'rapidfuzz') if name in sys.modules))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": SRC},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = said.stdout.splitlines()[-1]
    # A command's options, and the search for the nearest name, need msgspec; nothing here needs a store.
    assert loaded == ("['msgspec']" if words[0] in {"do", "toady"} else "[]")


def test_a_process_of_its_own_makes_the_store_and_says_its_code(tmp_path: Path) -> None:
    first = process("demo", cwd=tmp_path)
    assert (first.returncode, "You are yuki" in first.stderr) == (0, True)
    assert (tmp_path / ".midstream" / "store.db").exists()
    listed = process("case", "list", cwd=tmp_path)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "tf-m-1" in listed.stdout
    assert "tf-m-1" not in process("--as", "eve", "case", "list", cwd=tmp_path).stdout
    assert process("do", "tf-m-3", "accept", cwd=tmp_path).returncode == 1
    assert process("do", "tf-m-3", "acept", cwd=tmp_path).returncode == 2
    assert process("--store", "nosql://x/y", "today", cwd=tmp_path).returncode == 3


def test_somebody_who_has_read_enough_is_no_trouble(shell: Shell) -> None:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": SRC, "MIDSTREAM_AS": "ada", "MIDSTREAM_STORE": str(shell.store)}
    reader, writer = os.pipe()
    os.close(reader)
    try:
        said = subprocess.run(
            [sys.executable, "-c", MAIN, "case", "log", "acme-1"],
            env=env,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writer)
    assert (said.returncode, said.stderr) == (0, "")
