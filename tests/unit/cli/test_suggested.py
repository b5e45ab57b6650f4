"""The commands that lists suggest: each runs as it is printed, or shows its blanks and is refused while one is left."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.desks import POLICY, PROJECT
from tests.shells import Shell

# Who may do what the person on duty may not: an author does not approve their own draft.
OTHERS = {"approve": "yuki"}


def printed(text: str) -> list[str]:
    """Return the commands in what was printed, as a shell reads them."""
    whole = re.sub(r" \\\n *", " ", text)
    return [line.partition("midstream ")[2] for line in whole.splitlines() if "midstream do " in line]


def on_copy(demo: Shell, tmp_path: Path) -> Shell:
    """Return a shell over a new copy of the demo."""
    shutil.copyfile(demo.store, tmp_path / "copy.db")
    return Shell(tmp_path / "copy.db", person=demo.person, clock=demo.clock)


def test_every_suggested_command_of_the_demo_runs_or_asks_for_its_blanks(demo: Shell, tmp_path: Path) -> None:
    found = printed(demo("today", "--all").out)
    for case in ("tf-m-1", "tf-m-2", "tf-m-3"):
        found += printed(demo("case", "why", case).out)
    ran, asked = set(), set()
    for command in dict.fromkeys(found):
        words = shlex.split(command)
        if "…" in command:
            said = demo(*words)
            assert (said.code, said.out) == (2, ""), command
            assert "is a blank" in said.err, command
            asked.add(words[2])
        else:
            said = on_copy(demo, tmp_path)(*words, by=OTHERS.get(words[2]))
            assert said.code == 0, f"{command}: {said.err}"
            ran.add(words[2])
    assert {"acknowledge", "forward", "accept", "update-reporter", "approve", "grant-deferral", "draft-advisory"} <= ran
    assert {"refuse-deferral", "reject", "record-backport", "record-release"} <= asked


def test_what_is_open_is_named_and_what_follows_is_filled_in(demo: Shell) -> None:
    why = printed(demo("case", "why", "tf-m-2").out)
    assert "do tf-m-2 refuse-deferral party=brook-silicon stage=secondary reason=…" in why
    # The fact that asks for it is for the response team, and the list of tasks for all who take part.
    today = printed(demo("today").out)
    assert "do tf-m-2 refuse-deferral party=brook-silicon stage=… reason=…" in today


@pytest.mark.parametrize("party", ["North Cloud", "a 'b' $(c)", 'say "d"; e', "two  spaces"])
def test_a_name_reaches_the_command_as_it_is_whatever_a_shell_makes_of_its_letters(
    shell: Shell, tmp_path: Path, party: str
) -> None:
    file, policy = tmp_path / "midstream.toml", tmp_path / "own.toml"
    policy.write_text(POLICY, encoding="utf-8")
    escaped = party.replace('"', '\\"')
    file.write_text(PROJECT.replace('"northcloud"', f'"{escaped}"'), encoding="utf-8")
    assert shell("project", "load", str(file), "--policy", str(policy)).code == 0
    [words] = [shlex.split(line) for line in printed(shell("today", "--all").out) if "notify" in line and "ess" in line]
    assert words == ["do", "acme-1", "notify", f"party={party}", "list=ess"]
    assert shell(*words).code == 0


def test_nobody_is_told_to_type_what_is_not_for_them(demo: Shell) -> None:
    def backport(by: str, *words: str) -> set[str]:
        return {line.split()[2] for line in printed(demo(*words, by=by).out) if "release/2.1.x" in line}

    for words in (("today", "--all"), ("case", "why", "tf-m-3")):
        assert backport("yuki", *words) == {"record-backport", "waive"}
        assert backport("ines", *words) == {"record-backport"}
