"""What the pages tell people to type can be typed, and what they reckon is right."""

import re
import shlex
import textwrap
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
import pytest

from midstream.cases.verbs import VERBS
from midstream.cli.app import app
from midstream.policy.book import make_book, read_text, shipped
from midstream.policy.resolve import resolve
from midstream.policy.spans import after, holidays_of, parse_span
from midstream.project import read_project

ROOT = Path(__file__).parents[3]
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)
SHELLS = {"sh", "console"}


def fenced(page: Path, *kinds: str) -> list[str]:
    found = re.findall(r"^( *)```(\w+)\n(.*?)^\1```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(text) for _, kind, text in found if kind in kinds]


def commands() -> Iterator[tuple[str, str]]:
    """Every midstream command of the pages, with the page it stands on."""
    for page in PAGES:
        for text in fenced(page, *SHELLS):
            for line in text.splitlines():
                words = line.removeprefix("$ ")
                if re.match(r"(\w+=\S+ )*midstream ", words):
                    yield page.relative_to(ROOT).as_posix(), words


def check(line: str) -> None:
    """Parse a command as the program would, without running it; a file it names need not be there."""
    words = shlex.split(line)
    words = words[words.index("midstream") + 1 :]
    command: click.Command = app
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(click.Path, "convert", lambda _, value, *__: value)
        patch.setattr(click.File, "convert", lambda _, value, *__: value)
        while True:
            ctx = command.make_context(command.name, list(words))
            if not isinstance(command, click.Group):
                break
            _, inner, words = command.resolve_command(ctx, [*ctx._protected_args, *ctx.args])
            assert inner is not None
            command = inner
    if command.name == "do":
        verb = VERBS[ctx.params["verb"]]
        names = {field.partition("=")[0] for field in ctx.params["fields"]}
        assert names <= set(verb.body.__struct_fields__), f"{verb.name} has no field {names}"


def test_every_command_on_the_pages_can_be_typed() -> None:
    told = list(commands())
    assert len(told) > 40
    wrong: list[str] = []
    for page, line in told:
        try:
            check(line)
        except (click.ClickException, KeyError, AssertionError) as error:
            wrong.append(f"{page}: {line}: {error}")
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.parametrize(
    "line",
    [
        "midstream todya",
        "midstream today --fro ada",
        "midstream report take",
        "midstream do tf-m-1 acknowlege",
        "midstream do tf-m-1 notify partty=acme",
    ],
)
def test_a_command_that_cannot_be_typed_is_found(line: str) -> None:
    with pytest.raises((click.ClickException, KeyError, AssertionError)):
        check(line)


def test_the_project_and_the_policy_of_the_howtos_can_be_used() -> None:
    (project,) = fenced(ROOT / "docs/howto/set-up-a-project.md", "toml")
    policy, _ = fenced(ROOT / "docs/howto/change-a-policy.md", "toml")
    assert read_project(project).id == "blinky"
    texts = [text for versions in shipped().texts.values() for text in versions]
    text = read_text(policy, where="blinky-security.toml")
    made = resolve(make_book([*texts, text]), text.name, text.file.policy.valid_from)
    assert made
    assert "tell the board" in {rule.name for rule in made.rules}
    assert read_project(project).policy in {entry.name for entry in texts}


def test_the_table_of_due_instants_is_right() -> None:
    page = (ROOT / "docs/explanation/due-instants.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in page.splitlines() if re.match(r"\| 20", line)]
    assert len(rows) == 7
    for row in rows:
        start, length, zone, region, due = (cell.strip() for cell in row)
        span = parse_span(length)
        assert span
        found = after(datetime.fromisoformat(start), span, zone=zone, is_holiday=holidays_of(region))
        assert found == datetime.fromisoformat(due), row
