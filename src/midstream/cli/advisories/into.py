"""``midstream advisory export --into PAGE``: the block of a case in a page that people write."""

import functools
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click
import msgspec

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import write_json

if TYPE_CHECKING:
    from midstream.desk.advisories.pages import Change, Placed

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Into(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say of a page: which, and how the case is to stand in it."""

    page: Path
    branch: str
    sphinx: str
    placeholder: bool
    diff: bool


def page_options(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return the command with the options of a page, which it gets as one argument, `into`."""

    @functools.wraps(command)
    def asked(*args: _P.args, **given: _P.kwargs) -> _R:
        page = given.pop("page")
        rest = {name: given.pop(name) for name in ("branch", "sphinx", "placeholder", "diff")}
        if page is None and any(rest.values()):
            raise click.UsageError("--note, --sphinx, --placeholder and --diff are about a page: name it with --into.")
        given["into"] = None if page is None else msgspec.convert({"page": page, **rest}, Into)
        return command(*args, **given)

    for option in (
        click.option("--diff", is_flag=True, help="With --into: print what would change, and write nothing."),
        click.option("--placeholder", is_flag=True, help="Under embargo, place the CVE id and the day it ends."),
        click.option(
            "--sphinx", default="", metavar="VERSION", help="The version of Sphinx that builds the page: 7.4.7."
        ),
        click.option(
            "--note",
            "branch",
            default="",
            metavar="BRANCH",
            help="FILE is the notes of a release: of this branch, or 2.2.1.",
        ),
        click.option(
            "--into",
            "page",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="Place the block of CASE into this page of reStructuredText.",
        ),
    ):
        asked = option(asked)
    return asked


def place_into(
    session: Session, cases: Sequence[str], *, into: Into, format_: str, everything: bool, as_json: bool
) -> None:
    """Return nothing, after the page was changed, or the difference shown; leave with 1 when the answer is no."""
    from midstream.desk.advisories.pages import Wish, place_cases  # noqa: PLC0415 - keeps help quick

    if everything and into.placeholder:
        raise click.UsageError("A placeholder is decided for one case: name it, and leave --all out.")
    wish = Wish(format=format_, branch=into.branch, sphinx=into.sphinx, placeholder=into.placeholder)
    done = place_cases(session.desk(), cases, page=into.page, wish=wish, by=session.who(), dry=into.diff)
    if as_json:
        write_json(
            {
                "cases": done.cases,
                "left_out": done.left_out,
                "written": not into.diff,
                "changes": [{"path": str(each.path), "diff": "".join(difference(each))} for each in done.changes],
            }
        )
    else:
        _say(done, into=into)
    if (into.diff and done.changes) or (done.left_out and not done.cases):
        raise click.exceptions.Exit(1)


def _say(done: "Placed", *, into: Into) -> None:
    for case, why in done.left_out.items():
        click.echo(printable(f"{case} left out: {why}"), err=True)
    for each in done.changes:
        if into.diff:
            text = "".join(difference(each))
            click.echo(printable(text) if sys.stdout.isatty() else text, nl=False)
        else:
            click.echo(printable(f"{each.path} {'written' if each.before is None else 'changed'}"))
    if not done.changes:
        click.echo(f"{printable(str(into.page))} is as it should be; nothing was written", err=True)


def difference(change: "Change") -> Iterable[str]:
    """Return the lines of a unified difference that patch(1) and git-apply(1) read, with their line ends."""
    import difflib  # noqa: PLC0415 - only pages that change need it

    before, after = (_lines(text) for text in (change.before or "", change.after))
    name = change.path.as_posix()
    old = "/dev/null" if change.before is None else f"a/{name.lstrip('/')}"
    for line in difflib.unified_diff(before, after, old, f"b/{name.lstrip('/')}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Return the lines with their LF; nothing else ends a line of a page."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    return lines if lines[-1] else lines[:-1]
