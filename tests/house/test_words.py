"""The words of the house: a glossary that can be trusted, and nothing in a file that belongs to one machine only."""

import itertools
import re

import pytest

from tests.house.tracked import ROOT, tracked_files

# Built from parts, so that this file does not contain what it looks for.
INDEX_HOSTS = ("pypi", "pythonhosted", "npmjs", "deb.debian", "security.debian")
# Where people and build machines keep their checkouts.
HOMES = ("home", "Users", "root", "work")
UNFINISHED = ("TO" + "DO", "FIX" + "ME")
FORBIDDEN = {
    "address of a package registry": re.compile(
        r"\b(?:" + "|".join(map(re.escape, INDEX_HOSTS)) + r")\.(?:org|com)\b", re.IGNORECASE
    ),
    "path of one machine": re.compile(r"(?<![\w.:/])/(?:" + "|".join(HOMES) + r")/\w"),
    "unfinished work": re.compile(r"\b(?:" + "|".join(UNFINISHED) + r")\b"),
}


def findings(name: str, text: str) -> list[str]:
    """What a text holds that no committed file may hold, one line each: file:line: kind: the words found."""
    return [
        f"{name}:{number}: {kind}: {match.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for kind, pattern in FORBIDDEN.items()
        if (match := pattern.search(line))
    ]


def test_no_file_holds_what_must_not_be_committed() -> None:
    files = tracked_files()
    assert files, "no file was looked at"
    found = [
        finding
        for path in files
        for finding in findings(str(path), (ROOT / path).read_bytes().decode("utf-8", errors="replace"))
    ]
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        *[(f"--index-url https://{host}.org/simple", "address of a package registry") for host in INDEX_HOSTS],
        *[(f"see /{home}/anna/notes", "path of one machine") for home in HOMES],
        *[(f"# {word}: later", "unfinished work") for word in UNFINISHED],
        ("see https://example.org/home/notes and tests/root/notes", None),
        ("https://security-tracker.debian.org/tracker/", None),
    ],
)
def test_what_must_not_be_committed_is_found(line: str, kind: str | None) -> None:
    found = findings("some.md", line)
    assert [finding.split(": ")[1] for finding in found] == ([kind] if kind else [])


def glossary_faults(text: str) -> list[str]:
    """What is wrong in a glossary, one line each: order, a missing meaning, a missing line of words to avoid."""
    _, *entries = re.split(r"^## ", text, flags=re.MULTILINE)
    words = [entry.partition("\n")[0] for entry in entries]
    faults = [
        f"'{second}' stands after '{first}'; sort the entries by word, without regard to case"
        for first, second in itertools.pairwise(words)
        if first.casefold() >= second.casefold()
    ]
    for word, entry in zip(words, entries, strict=True):
        meaning, avoid, avoided = entry.partition("\n")[2].partition("\n*Avoid*: ")
        if not avoid or not avoided.strip():
            faults.append(f"'{word}' has no line '*Avoid*: …'")
        if not meaning.strip():
            faults.append(f"'{word}' has no meaning")
    return faults


def test_the_glossary_is_sorted_and_says_what_to_avoid() -> None:
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    assert "\n## fact\n" in text
    assert not glossary_faults(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# G\n\n## case\n\nA thing.\n\n*Avoid*: issue.\n\n## fact\n\nA thing.\n\n*Avoid*: event.\n", None),
        ("# G\n\n## fact\n\nA thing.\n\n*Avoid*: event.\n\n## case\n\nA thing.\n\n*Avoid*: issue.\n", "after 'fact'"),
        ("# G\n\n## case\n\nA thing.\n\n*Avoid*: issue.\n\n## Case\n\nA thing.\n\n*Avoid*: bug.\n", "after 'case'"),
        ("# G\n\n## case\n\nA thing.\n", "no line '*Avoid*"),
        ("# G\n\n## case\n\nA thing.\n\n*Avoid*: \n", "no line '*Avoid*"),
        ("# G\n\n## case\n\n*Avoid*: issue.\n", "no meaning"),
    ],
)
def test_a_fault_in_the_glossary_is_found(text: str, fault: str | None) -> None:
    faults = glossary_faults(text)
    assert len(faults) == (1 if fault else 0)
    assert not fault or fault in faults[0]
