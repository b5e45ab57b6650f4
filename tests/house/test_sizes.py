"""The tail is what hurts: no large module, no long function, no crowded folder, no name that says nothing."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.house.tracked import ROOT, tracked_files

LINES_OF_A_MODULE = 400  # that are not blank
LINES_OF_A_FUNCTION = 50
MODULES_OF_A_FOLDER = 15
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}

# What may break a rule: its finding, as the test prints it, without the numbers → the reason. Keep it short.
EXCEPTIONS: dict[str, str] = {}


def findings_in_module(path: Path, text: str) -> dict[str, str]:
    """What breaks a rule in one module: finding → detail."""
    found = {}
    lines = sum(1 for line in text.splitlines() if line.strip())
    if lines > LINES_OF_A_MODULE:
        found[f"{path}: large module"] = f"{lines} lines, at most {LINES_OF_A_MODULE}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LINES_OF_A_FUNCTION:
                found[f"{path}: long function {node.name}"] = f"{lines} lines, at most {LINES_OF_A_FUNCTION}"
    for part in path.with_suffix("").parts:
        if empty := EMPTY_NAMES & set(part.lower().split("_")):
            found[f"{path}: empty name"] = f"{', '.join(empty)}: let it live with the word it serves"
    return found


def findings_in_folders(paths: list[Path]) -> dict[str, str]:
    """Folders with too many modules: finding → detail."""
    count = Counter(path.parent for path in paths if path.name != "__init__.py")
    return {
        f"{folder}: crowded folder": f"{modules} modules, at most {MODULES_OF_A_FOLDER}"
        for folder, modules in count.items()
        if modules > MODULES_OF_A_FOLDER
    }


def test_the_house_keeps_its_sizes_and_names() -> None:
    modules = [path for path in tracked_files() if path.suffix == ".py"]
    assert modules, "no module was looked at"
    found = findings_in_folders(modules)
    for path in modules:
        found |= findings_in_module(path, (ROOT / path).read_text(encoding="utf-8"))
    broken = [f"{finding}: {detail}" for finding, detail in sorted(found.items()) if finding not in EXCEPTIONS]
    assert not broken, "\n".join(["", *broken])
    needless = EXCEPTIONS.keys() - found.keys()
    assert not needless, f"exceptions nobody needs any more: {sorted(needless)}"


@pytest.mark.parametrize(
    ("path", "text", "finding"),
    [
        ("src/midstream/cases/replay.py", "x = 1\n" * 401, "large module"),
        ("src/midstream/cases/replay.py", "x = 1\n\n" * 400, None),
        ("src/midstream/cases/replay.py", "def long():\n" + "    x = 1\n" * 50, "long function long"),
        ("src/midstream/cases/replay.py", "async def long():\n" + "    x = 1\n" * 50, "long function long"),
        ("src/midstream/cases/replay.py", "def fits():\n" + "    x = 1\n" * 49, None),
        ("src/midstream/cases/mail_utils.py", "", "empty name"),
        ("src/midstream/common/mail.py", "", "empty name"),
        ("src/midstream/cases/mailing.py", "", None),
    ],
)
def test_a_module_that_breaks_a_rule_is_found(path: str, text: str, finding: str | None) -> None:
    expected = [f"{path}: {finding}"] if finding else []
    assert list(findings_in_module(Path(path), text)) == expected


def test_a_crowded_folder_is_found() -> None:
    fits = [Path(f"cases/m{number}.py") for number in range(15)] + [Path("cases/__init__.py")]
    assert findings_in_folders(fits) == {}
    assert list(findings_in_folders([*fits, Path("cases/one_more.py")])) == ["cases: crowded folder"]
