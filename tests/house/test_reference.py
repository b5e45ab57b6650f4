"""Everything a person can type, set or read in the record is in the reference, and no page of it is stale."""

import re
from pathlib import Path

import click
import pytest

from docs.make_reference import FOLDER, every_command, in_words, pages, project_tables
from midstream.advisories.formats import TARGETS
from midstream.cases.verbs import VERBS
from midstream.ledger.kinds import KINDS
from midstream.policy.book import make_book, read_text
from midstream.policy.language import TABLES
from midstream.policy.resolve import resolve
from midstream.policy.rules import BRANCH_WORDS
from midstream.wiring.settings import SETTINGS

ROOT = Path(__file__).parents[2]
REMAKE = "run `make reference` and commit what it writes"


def text_of(name: str) -> str:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def missing() -> dict[str, list[str]]:
    """What each committed page ought to hold and does not. Looks at the code apart from how the pages are made."""
    commands: list[str] = []
    for path, command in every_command():
        commands.append(path)
        commands += [opt for param in command.params if isinstance(param, click.Option) for opt in param.opts[:1]]
    wanted = {
        "commands.md": [f"{'#' * (path.count(' ') + 1)} {path}\n" for path in commands if path.startswith("midstream ")]
        + [f"`{opt}" for opt in commands if opt.startswith("-")],
        "verbs.md": [f"\n### {name}\n" for name in VERBS],
        "fact-kinds.md": [f"\n### {name}\n" for name in KINDS]
        + [f"| `{field}` |" for kind in KINDS.values() for field in kind.body.__struct_fields__],
        "policy-words.md": [f"[{name}]" for name in TABLES]
        + [f"\n`{key}`\n" for struct in TABLES.values() for key in struct.__struct_fields__]
        + [f"`{word}`" for word in BRANCH_WORDS],
        "settings.md": [f"`{name}`" for name in SETTINGS],
        "formats.md": [f"\n## {target.title}\n" for target in TARGETS.values()],
        "project-file.md": [f"\n## {heading}\n" for heading in project_tables()]
        + [f"\n`{key}`\n" for struct in project_tables().values() for key in struct.__struct_fields__],
    }
    found = {page: [word.strip() for word in words if word not in text_of(page)] for page, words in wanted.items()}
    return {page: words for page, words in found.items() if words}


def test_the_reference_misses_nothing() -> None:
    assert not missing(), f"not in docs/reference: {missing()}; {REMAKE}"


def test_no_page_of_the_reference_is_stale() -> None:
    made = pages()
    assert len(made) == 7
    stale = [name for name, text in made.items() if text_of(name) != text]
    assert not stale, f"stale in docs/reference: {', '.join(stale)}; {REMAKE}"


def test_every_page_is_in_the_index_of_the_reference() -> None:
    index = text_of("index.md")
    assert [path.stem for path in FOLDER.glob("*.md") if path.stem != "index" and f"\n{path.stem}\n" not in index] == []


def test_every_variable_the_program_reads_is_a_setting() -> None:
    read = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"\bMIDSTREAM_[A-Z_]+", path.read_text(encoding="utf-8"))
    }
    assert read == set(SETTINGS)


def test_the_example_of_a_policy_is_sound() -> None:
    example = re.search(r"```toml\n(.*?)```", text_of("policy-words.md"), flags=re.DOTALL)
    assert example
    text = read_text(example[1], where="policy-words.md")
    policy = resolve(make_book([text]), text.name, text.file.policy.valid_from)
    assert policy
    assert [rule.name for rule in policy.rules] == ["acknowledge", "analyse", "backport"]


@pytest.mark.parametrize("page", sorted(pages()))
def test_a_word_that_a_page_misses_is_found(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.FOLDER", tmp_path)
    for name, text in pages().items():
        lines = text.splitlines(keepends=True)
        (tmp_path / name).write_text("".join(lines[: len(lines) // 3] if name == page else lines), encoding="utf-8")
    assert list(missing()) == [page]


def test_a_type_without_words_stops_the_making() -> None:
    with pytest.raises(TypeError):
        in_words(complex)
