"""``midstream fleet``: many bills of materials, and the questions asked of all of them."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.cli.app import Session
from midstream.cli.errors import explain, printable
from midstream.cli.output import columns, counted, json_option, progress, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from midstream.analysis.exposure.fleets.asking import Exposed, Open
    from midstream.analysis.exposure.fleets.file import Fleet
    from midstream.analysis.exposure.index import Index

_INDEX = click.option(
    "--index",
    "index_path",
    type=click.Path(path_type=Path),
    default=Path(".midstream/index.db"),
    show_default=True,
    help="The index that `midstream index build` made.",
)
_KNOWN = {".json", ".xml", ".spdx", ".yml", ".yaml", ".txt"}
"""What is taken of a folder that is given to ``add``."""

_FIRST = 50
"""So many vulnerabilities are shown of a scan: nobody reads thousands of lines, and --all gives them."""


@click.group()
@click.option(
    "--fleet",
    "path",
    type=click.Path(path_type=Path),
    default=Path(".midstream/fleet.db"),
    show_default=True,
    help="The file the fleet is kept in.",
)
@click.pass_context
def fleet(ctx: click.Context, path: Path) -> None:
    """Keep many bills of materials, and ask who is affected."""
    ctx.meta["fleet"] = path
    gc.disable()  # hundreds of thousands of small objects and none of them in a cycle: looking for one takes a third


def _fleet() -> "Fleet":
    from midstream.analysis.exposure.fleets.file import open_fleet  # noqa: PLC0415 - keeps help quick

    return open_fleet(path=click.get_current_context().meta["fleet"])


def _index(path: Path) -> "Index":
    from midstream.analysis.exposure.index import open_index  # noqa: PLC0415 - as above

    return open_index(path=path)


@fleet.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--release", default="", help="The release of distribution packages that name none: bookworm.")
@click.option("--replace", is_flag=True, help="Drop what is kept under the same name.")
@click.option(
    "--max-size",
    type=click.IntRange(1, 65_536),
    default=512,
    show_default=True,
    metavar="MIB",
    help="The largest input.",
)
@json_option
@click.pass_obj
def add(
    session: Session, *, inputs: tuple[str, ...], release: str, replace: bool, max_size: int, as_json: bool
) -> None:
    """Add bills of materials, or every one in a folder; one that is there already changes nothing."""
    from midstream.analysis.exposure.inputs.distributions import ecosystem_of_release  # noqa: PLC0415 - as above

    try:
        ecosystem = ecosystem_of_release(release) if release else ""
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--release") from None
    with progress("inputs") as tick:
        added = _fleet().add(
            inputs=list(_files(inputs)),
            now=session.clock().isoformat(timespec="seconds"),
            release=ecosystem,
            size_limit=max_size * 2**20,
            replace=replace,
            tick=tick,
        )
    for lost in added.unread:
        explain(lost)
    if as_json:
        unread = [lost.what for lost in added.unread]
        write_json({"new": added.new, "known": added.known, "entries": added.entries, "unread": unread})
    else:
        click.echo(f"{added.new} added with {counted(added.entries, 'entry')}, {added.known} were known", err=True)
    raise click.exceptions.Exit(2 if added.unread else 0)


def _files(inputs: tuple[str, ...]) -> "Iterable[str]":
    for text in inputs:
        path = Path(text)
        if text != "-" and not text.startswith("pkg:") and path.is_dir():
            yield from sorted(str(each) for each in path.iterdir() if each.suffix in _KNOWN and each.is_file())
        else:
            yield text


@fleet.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """Show what is kept."""
    kept = _fleet().inputs()
    if as_json:
        write_json(kept)
        return
    rows = [
        (str(entry.components), str(entry.unidentified), entry.added_at[:10], entry.digest[:12], entry.name)
        for entry in kept
    ]
    columns(rows, heads=("COMPONENTS", "UNKNOWN", "ADDED", "DIGEST", "NAME"))


@fleet.command()
@click.argument("name")
def drop(name: str) -> None:
    """Drop what is kept under NAME."""
    count = _fleet().drop(name=name)
    if not count:
        raise click.BadParameter(f"nothing is kept under {name!r}; see `midstream fleet list`.")
    click.echo(f"{count} dropped", err=True)


@fleet.command()
@click.argument("vulnerability")
@_INDEX
@click.option("--all", "everything", is_flag=True, help="Also those that are fixed or not affected.")
@click.option("--fail-on-affected", is_flag=True, help="Leave with 1 when one is affected.")
@json_option
def affected(*, vulnerability: str, index_path: Path, everything: bool, fail_on_affected: bool, as_json: bool) -> None:
    """Tell which inputs VULNERABILITY touches, and through which components."""
    from midstream.analysis.exposure.fleets.asking import who_is_affected  # noqa: PLC0415 - as above

    index, kept = _index(index_path), _fleet()
    found = who_is_affected(fleet=kept, index=index, vulnerability=vulnerability, everything=everything)
    if as_json:
        write_json(found)
    else:
        columns([_exposed_row(entry) for entry in found], heads=("VERDICT", "INPUT", "BECAUSE"))
    if not index.packages_of(vulnerability):
        click.echo(f"The index has nothing about {printable(vulnerability)}: that is no data, not clean.", err=True)
    affected_ones = sum(any(answer.verdict == "affected" for answer in entry.answers) for entry in found)
    click.echo(f"affected: {affected_ones:,} of {counted(kept.count(), 'input')}", err=True)
    raise click.exceptions.Exit(int(fail_on_affected and affected_ones > 0))


def _exposed_row(entry: "Exposed") -> tuple[str, str, str]:
    first = entry.answers[0]
    names = dict.fromkeys(
        f"{answer.component.name} {answer.component.version or answer.component.commit[:12]}".strip()
        for answer in entry.answers
        if answer.verdict == first.verdict
    )
    return first.verdict, entry.input.name, ", ".join(names)


@fleet.command()
@_INDEX
@click.option(
    "--engine",
    type=click.Choice(["sqlite", "polars", "spark"]),
    default="sqlite",
    show_default=True,
    help="What narrows the components down first; all but sqlite need the extra `fleet`.",
)
@click.option("--all", "everything", is_flag=True, help=f"Show every vulnerability, not the first {_FIRST}.")
@json_option
def scan(*, index_path: Path, engine: str, everything: bool, as_json: bool) -> None:
    """Look up every distinct component, and tell in how many inputs each is."""
    from midstream.analysis.exposure.fleets.asking import scan_fleet  # noqa: PLC0415 - as above

    index, kept = _index(index_path), _fleet()
    first = None if everything or as_json else _FIRST
    found = scan_fleet(fleet=kept, index=index, only=_chosen_by(engine, kept, index), first=first)
    if as_json:
        write_json(found)
    else:
        rows = [_open_row(entry) for entry in found.open]
        columns(rows, heads=("INPUTS", "PARTS", "VERDICT", "VULNERABILITY", "SUCH AS"))
    if more := sum(found.counts.values()) - len(found.open):
        click.echo(f"… and {more} more; see them all with --all or --json", err=True)
    for silent in found.silent:
        click.echo(printable(f"no data: {counted(silent.components, 'component')}: {silent.why}"), err=True)
    told = ", ".join(f"{count} {verdict}" for verdict, count in found.counts.items()) or "no finding"
    click.echo(f"{counted(kept.count(), 'input')}: {told}", err=True)


def _open_row(entry: "Open") -> tuple[str, str, str, str, str]:
    example = entry.example
    fixed = f", fixed in {entry.fixed}" if entry.fixed else ""
    shown = f"{example.name} {example.version or example.commit[:12]}".strip() + fixed
    return str(entry.inputs), str(entry.components), entry.verdict, entry.vulnerability or "(any)", shown


def _chosen_by(engine: str, kept: "Fleet", index: "Index") -> set[int] | None:
    """Return the components that an engine of data frames finds in a range; None when SQLite looks at them all."""
    if engine == "sqlite":
        return None
    from midstream.analysis.exposure.fleets import frames  # noqa: PLC0415 - as above

    try:
        found = frames.matched(engine="polars" if engine == "polars" else "spark", components=kept.keyed(), index=index)
    except ImportError as error:
        raise click.UsageError(f"{engine} is not installed ({error}); install midstream[fleet].") from None
    return {number for number, _ in found}
