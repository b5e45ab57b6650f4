"""Decisions are numbered without a gap, have the same five parts, fit on a page and stand in their index."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ["Status", "Context", "Decision", "Consequences", "What would change our mind"]
WORDS_OF_A_PAGE = 700


def faults(folder: Path) -> list[str]:
    """What is wrong with the decisions in a folder, one line each."""
    pages = sorted(path for path in folder.glob("*.md") if path.name != "index.md")
    index = (folder / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^(\d{4}-[\w-]+)$", index, flags=re.MULTILINE)
    found = []
    if listed != [path.stem for path in pages]:
        found.append(f"index.md lists {listed}, the folder holds {[path.stem for path in pages]}")
    for number, path in enumerate(pages, start=1):
        text = path.read_text(encoding="utf-8")
        if not path.name.startswith(f"{number:04}-"):
            found.append(f"{path.name}: expected number {number:04}")
        if not text.startswith(f"# {path.name[:4]}. "):
            found.append(f"{path.name}: the title begins with '# {path.name[:4]}. '")
        if (parts := re.findall(r"^## (.*)$", text, flags=re.MULTILINE)) != PARTS:
            found.append(f"{path.name}: has the parts {parts}, expected {PARTS}")
        if len(text.split()) > WORDS_OF_A_PAGE:
            found.append(f"{path.name}: {len(text.split())} words, one page has at most {WORDS_OF_A_PAGE}")
    return found


def test_decisions_are_in_order() -> None:
    assert (ROOT / "docs/decisions/0001-facts-in-tasks-out.md").is_file()
    assert not faults(ROOT / "docs/decisions")


GOOD = "# {number}. A choice\n" + "".join(f"\n## {part}\n\nSaid.\n" for part in PARTS)


@pytest.mark.parametrize(
    ("pages", "index", "fault"),
    [
        ({"0001-one": GOOD, "0002-two": GOOD}, ["0001-one", "0002-two"], None),
        ({"0001-one": GOOD, "0003-two": GOOD}, ["0001-one", "0003-two"], "expected number 0002"),
        ({"0001-one": GOOD, "0002-two": GOOD}, ["0001-one"], "index.md lists"),
        ({"0001-one": GOOD.replace("## Status", "## State")}, ["0001-one"], "has the parts"),
        ({"0001-one": GOOD.replace("# {number}. ", "# ")}, ["0001-one"], "the title begins"),
        ({"0001-one": GOOD + "word " * WORDS_OF_A_PAGE}, ["0001-one"], "one page has"),
    ],
)
def test_a_fault_in_the_decisions_is_found(
    pages: dict[str, str], index: list[str], fault: str | None, tmp_path: Path
) -> None:
    for stem, text in pages.items():
        (tmp_path / f"{stem}.md").write_text(text.format(number=stem[:4]))
    (tmp_path / "index.md").write_text("\n".join(["# Decisions", "", *index, ""]))
    found = faults(tmp_path)
    assert len(found) == (1 if fault else 0)
    assert not fault or fault in found[0]
