"""``midstream index build|show``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.cli.app import Session

if TYPE_CHECKING:
    from midstream.analysis.exposure.build import Built
    from midstream.analysis.exposure.index import Index

SHOWN = 10
PLACE = Path(".midstream/index.db")


@click.group()
def index() -> None:
    """Build and show the index of vulnerability data that scans are matched against."""


@index.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), default=PLACE, show_default=True, help="The index."
)
@click.option("--embargoed", is_flag=True, help="Take private advisories too; only you can read the index.")
@click.option("--strict", is_flag=True, help="Leave with 1 when anything could not be read.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.pass_obj
def build(
    session: Session, sources: tuple[Path, ...], to: Path, *, embargoed: bool, strict: bool, as_json: bool
) -> None:
    """Build the index from SOURCES: OSV and CSAF documents (file, folder or zip; JSON or YAML), Debian's tracker.

    CycloneDX and SPDX 3 documents count for what they say of vulnerabilities. The tracker is its JSON dump, or a folder
    with its data/CVE/list. A source that did not change is taken over from the index that is there. What cannot be read
    is listed with its reason. Exit code 3 when nothing of a source could be read.
    """
    from midstream.analysis.exposure.build import build_index  # noqa: PLC0415 - showing an index reads no sources
    from midstream.cli.output import write_json  # noqa: PLC0415 - as above

    built = build_index(
        sources=sources,
        to=to,
        now=session.clock(),
        label="embargoed" if embargoed else "public",
        tick=lambda name: click.echo(f"reading {name}" if name != "sorting" else "sorting", err=True),
    )
    if as_json:
        write_json(built)
    else:
        _tell(built)
    if any(not source.advisories for source in built.sources):
        click.echo("error: nothing could be read of some sources; the rest is in the index", err=True)
        raise click.exceptions.Exit(3)
    if strict and built.unread:
        raise click.exceptions.Exit(1)


def _tell(built: "Built") -> None:
    from midstream.cli.output import columns, counted  # noqa: PLC0415 - as above

    rows = [
        (
            source.name,
            source.kind,
            f"{source.advisories:,}",
            f"{source.unread:,}" if source.unread else "-",
            source.newest[:10] or "-",
            "unchanged, taken over" if source.is_taken_over else "read",
        )
        for source in built.sources
    ]
    columns(rows, heads=("source", "kind", "advisories", "unread", "newest", "how"))
    held = f"{counted(built.advisories, 'advisory')}, {counted(built.ranges, 'range')}"
    click.echo(f"{built.path}: {held}, {built.label}")
    if built.unread:
        word = "part" if built.unread == 1 else "parts"
        click.echo(f"{built.unread:,} {word} could not be read: midstream index show {built.path} --unread", err=True)


@index.command()
@click.argument("path", type=click.Path(path_type=Path), default=PLACE)
@click.option("--unread", is_flag=True, help="List everything that could not be read, with its reason.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def show(path: Path, *, unread: bool, as_json: bool) -> None:
    """Show what the index at PATH was built from, how fresh that is, what it covers and what could not be read."""
    from midstream.analysis.exposure.index import open_index  # noqa: PLC0415 - building opens none this way
    from midstream.cli.output import write_json  # noqa: PLC0415 - as above

    with open_index(path=path) as found:
        if as_json:
            write_json(_described(found, unread=unread))
        elif unread:
            for source, place, reason in found.unread():
                click.echo(f"{source}: {place}: {reason}")
        else:
            _show(found)


def _described(found: "Index", *, unread: bool) -> dict[str, object]:
    listed = [{"source": source, "place": place, "reason": reason} for source, place, reason in found.unread()]
    return {
        "path": str(found.path),
        "label": found.meta["label"],
        "built_at": found.meta["built_at"],
        "format": int(found.meta["format"]),
        "sources": found.sources,
        "ecosystems": sorted(found.ecosystems),
        "advisories": found.count("advisory"),
        "ranges": found.count("range"),
        **({"unread": listed} if unread else {}),
    }


def _show(found: "Index") -> None:
    from midstream.cli.output import columns, counted, paragraph  # noqa: PLC0415 - as above

    rows = [
        (
            source.name,
            source.kind,
            f"{source.advisories:,}",
            f"{source.unread:,}" if source.unread else "-",
            source.newest[:10] or "-",
            source.digest[:12],
        )
        for source in found.sources
    ]
    click.echo(f"{found.path}, {found.meta['label']}, built {found.meta['built_at']}")
    click.echo(f"{counted(found.count('advisory'), 'advisory')}, {counted(found.count('range'), 'range')}")
    columns(rows, heads=("source", "kind", "advisories", "unread", "newest", "sha256"))
    click.echo(click.style("ecosystems", bold=True))
    paragraph(", ".join(sorted(found.ecosystems)) or "none", indent="  ")
    faults = found.unread(SHOWN + 1)
    if faults:
        click.echo(click.style("could not be read", bold=True))
        for source, place, reason in faults[:SHOWN]:
            paragraph(f"{source}: {place}: {reason}", indent="  ")
        if len(faults) > SHOWN:
            click.echo("  …; --unread lists all")
