"""``midstream scan``: which of what we ship is vulnerable."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.cli.app import Session

if TYPE_CHECKING:
    from midstream.analysis.exposure.index import Index
    from midstream.analysis.exposure.reports.report import Changes, Report
    from midstream.analysis.exposure.scan import Asked

FORMATS = ("table", "json", "sarif", "cyclonedx", "openvex", "html")
FAIL_ON = {
    "affected": "affected",
    "unknown-version": "unknown version",
    "no-data": "no data",
    "disputed": "disputed",
    "unidentified": "unidentified",
}
"""What ``--fail-on`` may be given, and the count of a report it looks at."""


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--index",
    "index_path",
    type=click.Path(path_type=Path),
    default=Path(".midstream/index.db"),
    show_default=True,
    help="The index that `midstream index build` made.",
)
@click.option(
    "--vex",
    "vex",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A document that says what is affected: OpenVEX, CSAF, CycloneDX, SPDX 3.",
)
@click.option(
    "--release", default="", help="The release of distribution packages that name none: bookworm, alpine-3.20."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="What to write.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON; the same as --format json.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="The file to write to, instead of stdout.")
@click.option("--since", type=click.Path(path_type=Path), help="An earlier report (JSON): tell what changed.")
@click.option(
    "--fail-on", multiple=True, type=click.Choice(list(FAIL_ON)), help="Leave with 1 when there is such an answer."
)
@click.option("--explain", default="", metavar="ID", help="Show how the answers for one vulnerability were found.")
@click.option("--all", "everything", is_flag=True, help="Also what the data calls fixed or not affected.")
@click.option(
    "--max-size",
    type=click.IntRange(1, 65_536),
    default=512,
    show_default=True,
    metavar="MIB",
    help="The largest input to read.",
)
@click.pass_obj
def scan(
    session: Session,
    *,
    inputs: tuple[str, ...],
    index_path: Path,
    vex: tuple[Path, ...],
    release: str,
    form: str,
    as_json: bool,
    output: Path | None,
    since: Path | None,
    fail_on: tuple[str, ...],
    explain: str,
    everything: bool,
    max_size: int,
) -> None:
    """Look up what INPUT lists: which of it is affected, and why.

    INPUT is a bill of materials (CycloneDX, SPDX), dpkg's status, one of apt's lists, a west manifest, a module.yml,
    .gitmodules, a list of purls, a folder with one of these, a purl, or - for stdin.

    Leaves with 0; with 1 when --fail-on finds something; with 2 or 3 when something could not be read.
    """
    from midstream.analysis.exposure.inputs.distributions import ecosystem_of_release  # noqa: PLC0415 - keeps help quick
    from midstream.analysis.exposure.scan import Asked  # noqa: PLC0415 - as above

    try:
        ecosystem = ecosystem_of_release(release) if release else ""
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--release") from None
    asked = Asked(
        inputs=inputs,
        vex=vex,
        release=ecosystem,
        size_limit=max_size * 2**20,
        everything=everything or bool(explain),
    )
    if explain:
        _explain(session, index_path, asked, explain, as_json=as_json or form == "json")
        return
    report = _scanned(session, index_path, asked)
    changes = _changes(since, report) if since else None
    _write(report, changes, form="json" if as_json else form, output=output)
    _talk(report, changes)
    raise click.exceptions.Exit(_code(report, fail_on))


def _open(path: Path) -> "Index":
    from midstream.analysis.exposure.index import open_index  # noqa: PLC0415 - as above

    return open_index(path=path)


def _scanned(session: Session, index_path: Path, asked: "Asked") -> "Report":
    from midstream.analysis.exposure.scan import scan as run  # noqa: PLC0415 - as above

    index = _open(index_path)
    return run(
        index=index, asked=asked, made_at=session.clock().isoformat(timespec="seconds"), index_name=str(index_path)
    )


def _changes(since: Path, report: "Report") -> "Changes":
    from midstream.analysis.exposure.reports.report import changes_since, read_report  # noqa: PLC0415 - as above

    try:
        before = read_report(since.read_bytes())
    except ValueError as error:
        raise click.BadParameter(f"{since}: {error}. Write one with --json.", param_hint="--since") from None
    return changes_since(before, report)


def _write(report: "Report", changes: "Changes | None", *, form: str, output: Path | None) -> None:
    """Return nothing, after the report was written; a file is replaced as a whole, or left as it was."""
    if form == "table":
        from midstream.cli.exposure.scan_table import table  # noqa: PLC0415 - as above

        text = table(report, changes, colour=output is None)
        if output is None:
            click.echo(text, nl=False)  # as text, so that Click takes the colours away where there is no terminal
            return
        document = click.unstyle(text).encode()
    else:
        document = _document(report, changes, form)
        if output is None:
            click.echo(document, nl=False)
            return
    partial = output.with_name(f".{output.name}.partial")
    partial.write_bytes(document)
    partial.replace(output)


def _document(report: "Report", changes: "Changes | None", form: str) -> bytes:
    import midstream  # noqa: PLC0415 - as above
    from midstream.cli.output import json_bytes  # noqa: PLC0415 - as above

    if form == "json":
        return json_bytes(report)
    if form == "html":
        from midstream.analysis.exposure.reports.page import as_page  # noqa: PLC0415 - as above

        return as_page(report, changes=changes).encode()
    if form == "sarif":
        from midstream.analysis.exposure.reports.sarif import as_sarif  # noqa: PLC0415 - as above

        return json_bytes(as_sarif(report, version=midstream.__version__))
    from midstream.analysis.exposure.reports.documents import as_cyclonedx, as_openvex  # noqa: PLC0415 - as above

    return json_bytes(as_openvex(report) if form == "openvex" else as_cyclonedx(report, version=midstream.__version__))


def _talk(report: "Report", changes: "Changes | None") -> None:
    """Return nothing, after stderr was told what could not be read and how much of what there is."""
    from midstream.cli.errors import printable  # noqa: PLC0415 - as above
    from midstream.cli.exposure.scan_table import summary  # noqa: PLC0415 - as above

    for entry in report.unread:
        word = click.style("notice:" if entry.is_part else "error:", fg="yellow" if entry.is_part else "red", bold=True)
        click.echo(f"{word} {printable(entry.what)}", err=True)
        click.echo(f"{click.style('hint:', bold=True)}  {printable(entry.hint)}", err=True)
    for line in summary(report, changes):
        click.echo(printable(line), err=True)


def _code(report: "Report", fail_on: tuple[str, ...]) -> int:
    """Return the exit code: 3 and 2 for what could not be read come before 1, since the answer is not whole."""
    lost = [entry for entry in report.unread if not entry.is_part]
    if lost:
        return 3 if any(entry.is_missing for entry in lost) else 2
    return int(any(report.counts.get(FAIL_ON[word], 0) for word in fail_on))


def _explain(session: Session, index_path: Path, asked: "Asked", name: str, *, as_json: bool) -> None:
    """Return nothing, after the ways to the answers for one vulnerability were written."""
    from midstream.cli.exposure.scan_table import explanation  # noqa: PLC0415 - as above

    report = _scanned(session, index_path, asked)
    wanted = name.upper()
    found = [
        answer
        for answer in report.answers
        if wanted in {answer.vulnerability.upper(), *map(str.upper, answer.aliases)}
        or any(told.advisory.upper() == wanted for told in answer.told)
        or not answer.vulnerability
    ]
    if as_json:
        from midstream.cli.output import write_json  # noqa: PLC0415 - as above

        write_json(found)
    else:
        click.echo(explanation(found, name=name, report=report), nl=False)
    _talk(report, None)
    raise click.exceptions.Exit(_code(report, ()))
