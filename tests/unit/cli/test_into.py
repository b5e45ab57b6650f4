"""Blocks placed into pages by the command line: what changes, what is refused, and what is told under embargo."""

import re
from pathlib import Path

import pytest

from tests.shells import Shell

LIVING = """Vulnerabilities
###############

CVE-2025
********

:cve:`2025-1673`
----------------

By hand.

CVE-2027
********
"""
NOTES = """Notes
#####

Security Vulnerability Related
******************************

Addressed by this release:

.. _api:

API Changes
***********
"""
INDEX = """Security Advisories
###################

.. toctree::
    :hidden:

    first_page

+------------+-----------------------+
| ID         | Title                 |
+============+=======================+
|  |TFMV-1|  | One                   |
+------------+-----------------------+

.. |TFMV-1| replace:: :doc:`TFMV-1 <first_page>`
"""
ZEPHYR = ("--format", "zephyr")
TF = ("--format", "trustedfirmware")


@pytest.fixture
def living(tmp_path: Path) -> Path:
    page = tmp_path / "vulnerabilities.rst"
    page.write_text(LIVING, encoding="utf-8")
    return page


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    page = tmp_path / "release-notes.rst"
    page.write_text(NOTES, encoding="utf-8")
    return page


@pytest.fixture
def index(tmp_path: Path) -> Path:
    page = tmp_path / "index.rst"
    page.write_text(INDEX, encoding="utf-8")
    (tmp_path / "first_page.rst").write_text("Advisory TFMV-1\n===============\n", encoding="utf-8")
    return page


def block(text: str) -> str:
    return re.sub(r"\.\. midstream: begin (\S+)\n.*\.\. midstream: end \1\n\n?", "", text, flags=re.DOTALL)


def test_an_entry_is_placed_and_placed_again_nothing_changes(demo: Shell, living: Path) -> None:
    export = ("advisory", "export", "tfmv-9", *ZEPHYR, "--into", str(living))
    shown = demo(*export, "--diff")
    assert (shown.code, living.read_text()) == (1, LIVING)
    assert "+:cve:`2025-53022`\n" in shown.out
    assert not re.search(r"^-(?!--)", shown.out, re.MULTILINE)
    done = demo(*export)
    assert (done.code, done.out) == (0, f"{living} changed\n")
    text = living.read_text()
    assert "This has been fixed in main for v2.3.0, v2.1.3 and v2.2.1\n" in text
    assert block(text) == LIVING
    for words in ((), ("--diff",)):
        again = demo(*export, *words)
        assert (again.code, again.out) == (0, "")
        assert "nothing was written" in again.err
    assert living.read_text() == text


def test_under_embargo_the_id_and_the_day_are_told_when_asked_for_and_replaced_later(demo: Shell, living: Path) -> None:
    export = ("advisory", "export", "tf-m-2", *ZEPHYR, "--into", str(living))
    refused = demo(*export)
    assert (refused.code, living.read_text()) == (1, LIVING)
    assert "--placeholder" in refused.err
    assert demo(*export, "--placeholder", "--sphinx", "7.4.7").code == 0
    held = living.read_text()
    assert re.search(r"\nCVE-2026-99990001\n-{17}\n\nUnder embargo until \d{4}-\d\d-\d\d\n", held)
    assert "key derivation" not in held
    assert demo("do", "tf-m-2", "end-embargo", "reason=agreed").code == 0
    assert demo(*export).code == 0
    told = living.read_text()
    assert "Under embargo" not in told
    assert "key derivation reads one word past the end" in told
    assert block(told) == block(held)


@pytest.mark.parametrize("person", ["lena", "eve", "otto"])
def test_a_placeholder_is_for_the_team(demo: Shell, living: Path, person: str) -> None:
    said = demo("advisory", "export", "tf-m-2", *ZEPHYR, "--placeholder", "--into", str(living), by=person)
    assert said.code in (1, 2)
    assert "2026-9999" not in said.out + said.err
    assert living.read_text() == LIVING


def test_notes_of_a_release_tell_what_it_fixed(demo: Shell, notes: Path) -> None:
    export = ("advisory", "export", "--all", *ZEPHYR, "--into", str(notes), "--note")
    done = demo(*export, "2.2.1", "--sphinx", "8.1.3")
    assert done.code == 0
    assert re.findall(r"^\* .*", notes.read_text(), re.MULTILINE) == [
        "* :cve:`2025-53022` `The update service trusts the length of an image's dependency record"
    ]
    assert "tfmv-10 left out: tfmv-10 has no fix of its own on '2.2.1'" in done.err
    assert notes.read_text().index("midstream: end") < notes.read_text().index(".. _api:")
    assert block(notes.read_text()) == NOTES
    # Whole branches: 2.1.x has both, 2.2.x never got TFMV-10, and what it was cut with is no news of it.
    assert demo(*export, "release/2.1.x").code == 0
    assert re.findall(r"CVE-\d+-\d+ |cve:`[^`]+", notes.read_text())[-1] == "cve:`2026-54467"
    only = demo("advisory", "export", "tfmv-10", *ZEPHYR, "--into", str(notes), "--note", "release/2.2.x")
    assert (only.code, only.out) == (1, "")
    nothing = demo(*export, "release/9")
    assert (nothing.code, nothing.out) == (1, "")


def test_a_page_of_tf_m_is_made_beside_its_index(demo: Shell, index: Path) -> None:
    export = ("advisory", "export", "tfmv-9", *TF, "--into", str(index))
    done = demo(*export)
    page = index.with_name("security-advisory-tfmv-9.rst")
    assert done.out.splitlines() == [f"{page} written", f"{index} changed"]
    assert "| release/2.2.x: fixed in 2.2.1 " in page.read_text()
    assert "\n    first_page\n    security-advisory-tfmv-9\n" in index.read_text()
    assert demo(*export).out == ""
    assert demo("advisory", "export", "tfmv-9", *TF, "--into", str(page), "--diff").code == 0


def test_a_page_that_people_wrote_is_theirs(demo: Shell, index: Path) -> None:
    said = demo("advisory", "export", "tfmv-1", *TF, "--into", str(index))
    assert said.code == 2
    assert f"{index.with_name('first_page.rst')}: the page of TFMV-1 was written by hand" in said.err
    assert index.read_text() == INDEX
    several = demo("advisory", "export", "--all", *TF, "--into", str(index), "--json").json
    assert list(several["left_out"]) == ["tfmv-1"]
    assert len(several["changes"]) == 11
    assert several["changes"][0]["diff"].startswith("--- a/") or "/dev/null" in several["changes"][0]["diff"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Caf\xe9\n", "byte 3 is not UTF-8"),
        (b".. midstream: begin CVE-2025-53022\n" + LIVING.encode(), "has no end"),
        (LIVING.encode() + 2 * b".. midstream: begin CVE-1\n.. midstream: end CVE-1\n", "was there before"),
        (b"No chapter.\n", "has no chapter"),
        (b"x" * (8 * 1024 * 1024 + 1), "more than 8,388,608 bytes"),
        (LIVING.replace("2025-1673", "2025-53022").encode(), "already has a section"),
    ],
)
def test_a_page_that_cannot_be_understood_stays_as_it_is(demo: Shell, living: Path, content: bytes, words: str) -> None:
    living.write_bytes(content)
    said = demo("advisory", "export", "tfmv-9", *ZEPHYR, "--into", str(living))
    assert (said.code, said.out) == (2, "")
    assert str(living) in said.err
    assert words in said.err
    assert living.read_bytes() == content


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("tfmv-9", *ZEPHYR, "--into", "none.rst"), "does not exist"),
        (("tfmv-9", *ZEPHYR, "--into", "."), "is a directory"),
        (("tfmv-9", *ZEPHYR, "--diff"), "name it with --into"),
        (("tfmv-9", "--into", "page.rst"), "name one --format"),
        (("tfmv-9", *ZEPHYR, "--to", "x", "--into", "page.rst"), "name one --format"),
        (("tfmv-9", "--format", "cve", "--into", "page.rst"), "has no blocks for pages"),
        (("tfmv-9", "--format", "zephir", "--into", "page.rst"), "Did you mean 'zephyr'?"),
        (("tfmv-9", *TF, "--note", "main", "--into", "page.rst"), "name --format zephyr"),
        (("tfmv-9", *ZEPHYR, "--into", "page.md"), "is Markdown"),
        (("tfmv-9", *ZEPHYR, "--sphinx", "latest", "--into", "page.rst"), "is no version"),
        (("--all", *ZEPHYR, "--placeholder", "--into", "page.rst"), "decided for one case"),
        (("nobody-1", *ZEPHYR, "--into", "page.rst"), "no case is called"),
    ],
)
def test_what_is_asked_for_wrongly_is_said(demo: Shell, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    for name in ("page.rst", "page.md"):
        (tmp_path / name).write_text(LIVING, encoding="utf-8")
    said = demo("advisory", "export", *words)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert (tmp_path / "page.rst").read_text() == LIVING


def test_the_difference_is_one_that_patch_reads(demo: Shell, tmp_path: Path) -> None:
    page = tmp_path / "page.rst"
    page.write_bytes(LIVING.replace("\n", "\r\n").encode() + b"\r\nNo end\x0c of a line")
    out = demo("advisory", "export", "tfmv-10", *ZEPHYR, "--into", "page.rst", "--diff").out
    assert out.startswith("--- a/page.rst\n+++ b/page.rst\n@@ ")
    assert "\n+:cve:`2026-54467`\r\n" in out
    assert demo("advisory", "export", "tfmv-10", *ZEPHYR, "--into", "page.rst").code == 0
    assert page.read_bytes().endswith(b"\r\nNo end\x0c of a line")


def test_the_commands_of_the_guide_do_what_it_says(demo: Shell, tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs/howto/give-pages-their-advisories.md").read_text(encoding="utf-8")
    commands = re.findall(r"^midstream (advisory .*)", guide, re.MULTILINE)
    for place in {place for line in commands for place in re.findall(r"\S+\.rst", line)}:
        page = tmp_path / place
        page.parent.mkdir(parents=True, exist_ok=True)
        text = INDEX if page.name == "index.rst" else NOTES if "notes" in page.name else LIVING
        page.write_text(text, encoding="utf-8")
    said = [demo(*line.split()) for line in commands]
    assert [each.code for each in said] == [1, 0, 0, 0, 0, 0]
    assert all(each.out for each in said)
