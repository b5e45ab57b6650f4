"""``midstream advisory show|export|check|import|publish``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.cli.advisories.into import page_options, place_into
from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import columns, counted, fact_json, instant, json_option, paragraph, write_json

if TYPE_CHECKING:
    from midstream.advisories.complaint import Complaint
    from midstream.cli.advisories.into import Into
    from midstream.desk.advisories.documents import Documents, Written
    from midstream.desk.advisories.imports import ReadIn
    from midstream.desk.advisories.publication import Published


@click.group()
def advisory() -> None:
    """Show, export, check and publish advisories; see what a document adds."""


@advisory.command()
@click.argument("case", metavar="CASE")
@click.option("--public", is_flag=True, help="Only what anybody may read.")
@json_option
@click.pass_obj
def show(session: Session, case: str, *, public: bool, as_json: bool) -> None:
    """Show the record of CASE: the fix, its branches, and how every release stands."""
    from midstream.desk.advisories.documents import entry, known  # noqa: PLC0415 - keeps help quick

    desk, who = session.desk(), session.who()
    at = known(desk, desk.name_of(case, by=who), by=who, public=public)
    if as_json:
        write_json(at.record)
        return
    record = at.record
    click.echo(click.style(f"{record.id}  {printable(record.title.get('en', ''))}", bold=True))
    click.echo(f"state     {record.state}{f', {record.ids.cve}' if record.ids.cve else ''}")
    if record.dates.public:
        click.echo(f"public    {instant(record.dates.public)}")
    from midstream.advisories.catalogue import in_order, state_of_fix  # noqa: PLC0415 - as above
    from midstream.advisories.record import BEGINNING  # noqa: PLC0415 - as above

    paragraph(state_of_fix(record), indent="          ", first="fix       ")
    for component in record.component:
        click.echo(click.style(f"\nBranches of {printable(component.name)}", bold=True))
        columns(
            [
                (
                    line.branch,
                    line.status.replace("_", " ") or "unknown",
                    "the beginning" if line.first == BEGINNING else line.first,
                    ", ".join(dict.fromkeys(fix.release or "not released" for fix in line.fix)),
                )
                for line in component.line
            ],
            heads=("branch", "state", "from", "fixed in"),
        )
    if record.dates.public is None:
        return
    for part in entry(at).summary.affected:
        affected = [version for version, word in part.verdicts.items() if word == "affected"]
        click.echo(click.style("\nAffected releases", bold=True))
        paragraph(", ".join(in_order(affected)) or "none")


@advisory.command()
@click.argument("case", metavar="[CASE]", default="")
@click.option("--format", "formats", multiple=True, help="Only this format; may be given more than once.")
@click.option("--public", is_flag=True, help="Only what anybody may read.")
@click.option("--all", "everything", is_flag=True, help="Every public case you may see.")
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Write into this folder.")
@page_options
@json_option
@click.pass_obj
def export(
    session: Session,
    case: str,
    *,
    formats: tuple[str, ...],
    public: bool,
    everything: bool,
    to: Path | None,
    into: "Into | None",
    as_json: bool,
) -> None:
    """Write the documents of CASE: one to stdout, several into a folder, or one as a block into a page.

    With --into, a page of reStructuredText gets the block of CASE, or has it replaced; all else in it stays byte for
    byte. The exit code of --diff is 1 when the page would change.
    """
    from midstream.desk.reading import cases  # noqa: PLC0415 - keeps help quick

    desk, who = session.desk(), session.who()
    if bool(case) == everything:
        raise click.UsageError("Name one CASE, or pass --all.")
    if everything:
        names = [line.case for line in cases(desk, by=who) if line.is_public]
    else:
        names = [desk.name_of(case, by=who)]
    if into is not None:
        if to is not None or len(formats) != 1:
            raise click.UsageError("With --into, name one --format and no folder.")
        place_into(session, names, into=into, format_=formats[0], everything=everything, as_json=as_json)
        return
    written = _exported(session, names, formats=formats, public=public or everything, to=to)
    if to is None:
        return
    if as_json:
        write_json(written)
    else:
        click.echo(f"{len(written)} documents written to {to}")


def _exported(
    session: Session, names: list[str], *, formats: tuple[str, ...], public: bool, to: Path | None
) -> list[dict[str, object]]:
    """Return what was written into the folder; with none, the one document goes to stdout."""
    from midstream.desk.advisories.documents import documents, known  # noqa: PLC0415 - keeps help quick

    desk, who = session.desk(), session.who()
    written: list[dict[str, object]] = []
    for name in names:
        at = known(desk, name, by=who, public=public)
        found = documents(desk, at, names=formats, public=public)
        for left, why in found.left_out.items():
            click.echo(f"{name}: no {left}: {printable(why)}", err=True)
        if to is None:
            _to_stdout(found)
            continue
        for each in found.written:
            path = to / f"{each.format}" / each.name.replace("/", "_")
            _save(path, each.content)
            written.append({"case": name, "format": each.format, "path": str(path), "complaints": each.complaints})
    return written


def _to_stdout(found: "Documents") -> None:
    if len(found.written) != 1:
        there = ", ".join(each.format for each in found.written) or "none"
        raise click.UsageError(f"Name one --format, or a folder with --to. There is: {there}.")
    click.echo(found.written[0].content, nl=False)


def _save(path: Path, content: bytes) -> None:
    """Return nothing, after the file holds the content; one that holds it already is not touched."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


@advisory.command()
@click.argument("case", metavar="CASE")
@click.option("--format", "formats", multiple=True, help="Only this format; may be given more than once.")
@click.option(
    "--schema", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Also by this JSON Schema."
)
@click.option("--official", is_flag=True, help="Also by the official schemas that packages ship.")
@json_option
@click.pass_obj
def check(
    session: Session, case: str, *, formats: tuple[str, ...], schema: Path | None, official: bool, as_json: bool
) -> None:
    """Check the documents of CASE as they would be published; exit code 1 when one is not right.

    Each by the rules of its format, all against the record for every release, and for anything that is not public.
    A case under embargo is checked as if it ended now.
    """
    from midstream.desk.advisories.documents import documents, foreseen  # noqa: PLC0415 - keeps help quick

    desk, who = session.desk(), session.who()
    at = foreseen(desk, desk.name_of(case, by=who), by=who)
    found = documents(desk, at, names=formats)
    if schema is not None and len(found.written) != 1:
        raise click.UsageError("A schema is that of one format: name it with --format.")
    rows = {each.format: [*each.complaints, *_second(each, schema=schema, official=official)] for each in found.written}
    if as_json:
        unplaced = {each.format: each.unplaced for each in found.written}
        checked = [{"format": name, "complaints": said, "unplaced": unplaced[name]} for name, said in rows.items()]
        write_json({"checked": checked, "left_out": found.left_out})
    else:
        rest = [(name, f"not written: {why}") for name, why in found.left_out.items()]
        told = [(name, "; ".join(said) or "fine") for name, said in rows.items()]
        columns(told + rest, heads=("format", "what"))
        for each in found.written:
            for path in map(printable, each.unplaced):
                click.echo(f"note: {each.format}: what another document had at {path} has no place in ours", err=True)
    if any(rows.values()):
        raise click.exceptions.Exit(1)


def _second(document: "Written", *, schema: Path | None, official: bool) -> list[str]:
    """Return what schemas have against a document, a sentence each: one that the user has, and the official one."""
    from midstream.advisories.checks.schemas import SHIPPED, second_opinion  # noqa: PLC0415 - keeps help quick

    name = document.format
    found: list[Complaint] = []
    if schema is not None:
        found += second_opinion(document.content, target=name, schema=schema.read_bytes())
    if official and name in SHIPPED:
        found += second_opinion(document.content, target=name)
    elif official:
        click.echo(f"{name}: no package ships its schema, so there is no second opinion", err=True)
    return [f"{each.path or '/'}: {each.sentence}" for each in found]


@advisory.command("import")
@click.argument("named", metavar="[CASE] FILE", nargs=-1, required=True)
@click.option("--format", "format_", default="", help="The format of FILE, when its content does not tell.")
@click.option("--dry-run", is_flag=True, help="Record nothing; show what would be.")
@json_option
@click.pass_obj
def import_(session: Session, named: tuple[str, ...], *, format_: str, dry_run: bool, as_json: bool) -> None:
    """Take into the record of CASE what FILE says and the record lacks, with where it came from.

    Without CASE it is the case that FILE names: by its id, its CVE id, its GHSA id or an alias.
    Exit code 1 when something is left to a person: where the two differ, and what only a verb records, such as whether
    a branch is affected. The same FILE again adds nothing.
    """
    from midstream.desk.advisories.imports import LIMIT, read_in  # noqa: PLC0415 - keeps help quick
    from midstream.desk.errors import Misuse  # noqa: PLC0415 - as above

    if len(named) > 2:
        raise click.UsageError("Name one FILE, or a CASE and one FILE.")
    case = "" if len(named) == 1 else named[0]
    file = click.Path(exists=True, dir_okay=False, path_type=Path).convert(named[-1], None, click.get_current_context())
    if (size := file.stat().st_size) > LIMIT:
        raise Misuse(
            f"{file} has {size:,} bytes, more than {LIMIT:,}", hint="Take the one advisory out of the collection."
        )
    with file.open("rb") as opened:
        content = opened.read(LIMIT + 1)
    desk, who = session.desk(), session.who()
    own = desk.name_of(case, by=who) if case else ""
    done = read_in(desk, own, content=content, format_=format_, by=who, dry=dry_run)
    found = done.offer
    if as_json:
        write_json(
            {
                "case": done.case,
                "format": done.format,
                "taken": found.taken,
                "left": found.left,
                "doubts": done.doubts,
                "record": found.record,
                "facts": [fact_json(fact) for fact in done.facts],
            }
        )
    else:
        if not (case and format_):
            click.echo(f"{done.case}, read as {done.format}", err=True)
        _say_read(done)
    if found.left:
        raise click.exceptions.Exit(1)


def _say_read(done: "ReadIn") -> None:
    from midstream.advisories.intake.words import words_of  # noqa: PLC0415 - keeps help quick

    for fact in done.facts:
        click.echo(f"{fact.stream} fact {fact.number}: {fact.kind}")
    for each in done.offer.taken:
        place = each.place or "the document"
        click.echo(printable(f"adds {each.field} (from {place}): {words_of(each.value, most=200)}"))
    for said in done.offer.left:
        click.echo(printable(f"left to you: {said}"))
    for said in done.doubts:
        click.echo(printable(f"not understood: {said}"), err=True)
    if not done.offer.taken:
        click.echo("it adds nothing, and nothing was recorded", err=True)


@advisory.command()
@click.argument("cases", metavar="[CASE]…", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every public case of the project.")
@click.option("--to", default="", help="The directory of the site (MIDSTREAM_SITE).")
@click.option("--project", default="", help="The project; needed when the desk serves several.")
@click.option("--anew", is_flag=True, help="Write everything again, also what should stand there already.")
@click.option("--drift", is_flag=True, help="Publish nothing; show what stands there and differs.")
@json_option
@click.pass_obj
def publish(
    session: Session,
    cases: tuple[str, ...],
    *,
    everything: bool,
    to: str,
    project: str,
    anew: bool,
    drift: bool,
    as_json: bool,
) -> None:
    """Publish the advisory of each CASE on the public site, beside those that stand there.

    All documents are checked first, and read back before it is recorded. When nothing changed, nothing is written.
    With --drift, exit code 1 when something differs.
    """
    from midstream.cli.project import the_project  # noqa: PLC0415 - keeps help quick
    from midstream.desk.advisories import publication  # noqa: PLC0415 - as above
    from midstream.desk.advisories.drift import differences, provider_faults  # noqa: PLC0415 - as above

    desk = session.desk()
    target = publication.the_target(desk, to)
    if drift:
        _show_drift([*differences(desk, target=target), *provider_faults(desk, target=target)], as_json=as_json)
        return
    if bool(cases) == everything:
        raise click.UsageError("Name the cases, or pass --all.")
    chosen = project or the_project(desk)
    who = session.who()
    named = tuple(desk.name_of(case, by=who) for case in cases)
    done = publication.publish(desk, target=target, project=chosen, by=who, cases=named, anew=anew)
    if as_json:
        write_json(
            {
                "target": done.target,
                "written": done.outcome.written,
                "removed": done.outcome.removed,
                "cases": done.cases,
                "left_out": done.left_out,
                "signed_by": done.signed_by,
                "notes": done.notes,
                "facts": [fact_json(fact) for fact in done.facts],
            }
        )
    else:
        _say(done)


def _say(done: "Published") -> None:
    for fact in done.facts:
        click.echo(f"{fact.stream} fact {fact.number}: {fact.kind}")
    for said in done.left_out:
        click.echo(printable(f"not written: {said}"), err=True)
    if done.outcome.is_unchanged:
        click.echo("nothing changed, and nothing was written", err=True)
    else:
        written, removed = counted(len(done.outcome.written), "file"), len(done.outcome.removed)
        click.echo(f"{written} written, {removed} removed, and read back", err=True)
    for said in done.notes:
        click.echo(printable(f"note: {said}"), err=True)


def _show_drift(found: "list[dict[str, str]]", *, as_json: bool) -> None:
    if as_json:
        write_json(found)
    for each in () if as_json else found:
        if said := each.get("said"):
            click.echo(printable(f"{each['place']}: {said}"))
            continue
        field = f" {each['field']}" if each["field"] else ""
        click.echo(printable(f"{each['place']}{field}: published {each['wanted']}, there is {each['found']}"))
    if not found:
        click.echo("all of it stands as it was published", err=True)
        return
    raise click.exceptions.Exit(1)
