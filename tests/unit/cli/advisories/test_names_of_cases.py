"""A case is found by the ids of its advisory, however they are written, and only by those who may see it."""

import pytest

from tests.desks import act
from tests.shells import Shell

COMMANDS = [
    ("case", "show", "{}"),
    ("case", "log", "{}"),
    ("case", "why", "{}"),
    ("advisory", "show", "{}"),
    ("advisory", "export", "{}", "--format", "osv"),
    ("advisory", "check", "{}", "--format", "osv"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("name", ["TFMV-10", "Tfmv-10", "CVE-2026-54467", "cve-2026-54467"])
def test_every_command_takes_a_case_by_any_of_its_names(demo: Shell, words: tuple[str, ...], name: str) -> None:
    own, called = (demo(*(word.format(each) for word in words)) for each in ("tfmv-10", name))
    assert own.code == 0
    assert (called.code, called.out, called.err) == (own.code, own.out, own.err)


def test_a_verb_is_done_on_the_case_itself(shell: Shell) -> None:
    assert shell("do", "ACME-1", "note", "text=A word.", "--json").json["case"] == "acme-1"
    assert shell("case", "log", "acme-1", "--json").json[-1]["kind"] == "note.added"


@pytest.mark.parametrize("name", ["ACME-1", "Acme-77", "CVE-2026-1000"])
def test_a_case_that_is_not_for_somebody_has_no_other_name_either(shell: Shell, name: str) -> None:
    act(shell.desk(), "acme-1", "assign-cve", cve="CVE-2026-1000", assigner="acme")
    said = shell("case", "show", name, by="eve")
    unknown = shell("case", "show", "Acme-99", by="eve")
    assert (said.code, said.out) == (unknown.code, unknown.out) == (2, "")
    assert said.err.replace(name, "") == unknown.err.replace("Acme-99", "")


def test_a_name_of_several_cases_is_told_with_them(shell: Shell) -> None:
    desk = shell.desk()
    for case in ("acme-1", "acme-2"):
        act(desk, case, "assign-cve", cve="CVE-2026-1000", assigner="acme")
    said = shell("case", "show", "cve-2026-1000")
    assert said.code == 2
    assert "acme-1, acme-2" in said.err
    assert "Name one of them." in said.err
