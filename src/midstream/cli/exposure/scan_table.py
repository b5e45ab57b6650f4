"""The report of a scan for people at a terminal: at most 80 columns where there is no wider one."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from midstream.cli.errors import printable
from midstream.cli.output import counted, width

if TYPE_CHECKING:
    from midstream.analysis.exposure.answers import Answer
    from midstream.analysis.exposure.match import Component
    from midstream.analysis.exposure.reports.report import Changes, Report
    from midstream.analysis.exposure.statements import Statement

_COLOURS = {"affected": "red", "unknown version": "yellow", "no data": "yellow"}
_SHOWN = 12
"""How many of what was not looked up are named; JSON and the page have all."""


def table(report: "Report", changes: "Changes | None", *, colour: bool) -> str:
    """Return the answers by component, those that ask for something first, and what was not looked up."""
    parts: list[str] = []
    if changes:
        parts += _changes(changes)
    for component, names, answers in _groups(answer for answer in report.answers if answer.vulnerability):
        parts.append(click.style(_fit(_title(component, names)), bold=True))
        parts += [line for answer in answers for line in _row(answer)]
    silent: dict[str, list[str]] = {}
    for answer in report.answers:
        if not answer.vulnerability:
            is_git = answer.component.ecosystem == "GIT"
            why = "the index knows nothing about these repositories" if is_git else answer.why
            silent.setdefault(f"{answer.verdict}: {why}", []).append(_name(answer.component))
    for why, components in silent.items():
        parts += _listed(why, components, colour="yellow")
    lost: dict[str, list[str]] = {}
    for entry in report.inputs:
        for each in entry.unidentified:
            lost.setdefault(each.why, []).append(f"{each.name} {each.version}".strip())
        if entry.faults:
            parts += _listed(f"notices of {entry.where}", entry.faults, colour="yellow", apart=True)
    for why, things in lost.items():
        parts += _listed(f"cannot be identified: {why}", things, colour="yellow")
    text = "".join(f"{line}\n" for line in parts)
    return text if colour else click.unstyle(text)


def summary(report: "Report", changes: "Changes | None") -> Iterator[str]:
    """Yield what the report comes to, in lines for stderr."""
    counts = report.counts
    open_words = ["affected", "unknown version", "no data", "unidentified", "disputed"]
    shown = ", ".join(f"{counts[word]} {word}" for word in open_words if counts.get(word))
    lost = sum(not entry.is_part for entry in report.unread)
    shown = shown or ("nothing open" if not lost else "nothing open in what could be read")
    entries = sum(entry.listed for entry in report.inputs)
    many = f" ({counted(entries, 'entry')})" if entries != counts["components"] + counts["unidentified"] else ""
    yield f"{counted(counts['components'], 'component')}{many}: {shown}"
    if lost:
        yield f"not read: {lost} of what was named, so this is not the whole answer"
    if changes:
        yield f"since {changes.since}: {len(changes.new)} new, {len(changes.gone)} gone, {len(changes.changed)} changed"
    yield f"index {report.index}"
    for source in report.sources:
        newest = f", newest {source.newest[:10]}" if source.newest else ""
        yield f"  {source.name}: {counted(source.advisories, 'advisory')}{newest}"
    if report.unused_statements:
        count = len(report.unused_statements)
        yield f"{count} {'statement speaks' if count == 1 else 'statements speak'} of nothing that was found here"


def explanation(answers: "list[Answer]", *, name: str, report: "Report") -> str:
    """Return the way to each answer: who says it, the range, the keys that were compared, the source's line."""
    parts: list[str] = []
    for answer in answers:
        parts.append(click.style(_fit(_title(answer.component, [])), bold=True))
        parts += _row(answer)
        for told in answer.told:
            parts += _wrapped(f"{told.source} {told.advisory}: {told.verdict}: {told.why}", 4)
            if told.key or any(told.range):
                low, high = told.range
                parts += _wrapped(f"key   {told.key or '(none)'}", 6)
                parts += _wrapped(f"range {low or '(from the start)'} <= key < {high or '(no end)'}", 6)
            if told.line:
                parts += _wrapped(f"line  {told.line}", 6)
        for said in answer.statements:
            parts += _wrapped(_statement(said), 4)
    if not answers:
        parts += _wrapped(
            f"The index has nothing about {name} for what was scanned ({report.counts['components']}): either "
            "no source of it names them with this vulnerability, or the name is mistyped.",
            0,
        )
    return "".join(f"{line}\n" for line in parts)


def _statement(said: "Statement") -> str:
    when = f" on {said.at}" if said.at else ""
    more = "; ".join(filter(None, (said.justification.replace("_", " "), said.detail, said.action)))
    return f"{said.said_by}{when}: {said.status.replace('_', ' ')}" + (f": {more}" if more else "")


def _groups(answers: "Iterable[Answer]") -> "Iterator[tuple[Component, list[str], list[Answer]]]":
    """Yield each source package (or component without one) with the names of what was built of it, and its answers."""
    found: dict[tuple[str, ...], dict[str, list[Answer]]] = {}
    for answer in answers:
        component = answer.component
        version = component.source_version or component.version
        key = (component.ecosystem, component.source_name or component.name, version, component.commit, component.repo)
        found.setdefault(key, {}).setdefault(component.name, []).append(answer)
    for by_name in found.values():
        first = next(iter(by_name.values()))
        seen: set[tuple[str, str]] = set()
        distinct: list[Answer] = []
        for answer in (answer for answers in by_name.values() for answer in answers):
            if (answer.vulnerability, answer.verdict) not in seen:
                seen.add((answer.vulnerability, answer.verdict))
                distinct.append(answer)
        yield first[0].component, list(by_name), distinct


def _title(component: "Component", names: list[str]) -> str:
    source = component.source_name or component.name
    version = component.source_version or component.version or component.commit[:12] or "(version unknown)"
    built = [name for name in names if name != source]
    where = f"  {component.ecosystem}" if component.ecosystem else ""
    return f"{source} {version}{where}" + (f"  in {', '.join(built)}" if built else "")


def _name(component: "Component") -> str:
    version = component.version or component.commit[:12]
    return f"{component.name} {version}".strip()


def _row(answer: "Answer") -> list[str]:
    verdict = f"{answer.verdict}, disputed" if answer.is_disputed else answer.verdict
    head = f"  {verdict}  {answer.vulnerability or '(any)'}"
    if answer.fixed:
        head += f"  fixed in {answer.fixed}"
    if answer.state:
        head += f"  [{answer.state}]"
    if answer.severity:  # last, since a vector is long, and what does not fit is cut
        head += f"  {answer.severity}"
    styled = printable(head).replace(verdict, click.style(verdict, fg=_COLOURS.get(answer.verdict, "green")), 1)
    return [styled if len(head) <= width() else _fit(head), *_wrapped(answer.why, 4)]


def _changes(changes: "Changes") -> Iterator[str]:
    yield click.style(f"Since {changes.since}:", bold=True)
    rows: list[tuple[str, Answer, str]] = [("new", answer, answer.verdict) for answer in changes.new]
    rows += [("gone", answer, f"was {answer.verdict}") for answer in changes.gone]
    rows += [("changed", now, f"was {before.verdict}, is {now.verdict}") for before, now in changes.changed]
    for word, answer, verdict in rows:
        yield from _wrapped(f"{word:8} {answer.vulnerability or '(any)'}  {_name(answer.component)}  {verdict}", 2)
    if not rows:
        yield "  nothing"
    yield ""


def _listed(title: str, things: list[str], *, colour: str, apart: bool = False) -> list[str]:
    shown = things[:_SHOWN]
    more = [f"and {len(things) - len(shown)} more (--json has all)"] if len(things) > len(shown) else []
    head = [click.style(line, fg=colour) for line in _wrapped(f"{title} ({len(things)})", 0)]
    if apart:
        return [*head, *(line for thing in [*shown, *more] for line in _wrapped(thing, 2))]
    return [*head, *_wrapped(", ".join([*shown, *more]), 2)]


def _fit(text: str) -> str:
    text = printable(text).replace("\n", " ")
    return text if len(text) <= width() else text[: width() - 1] + "…"


def _wrapped(text: str, indent: int) -> list[str]:
    space = " " * indent
    return textwrap.wrap(
        printable(text).replace("\n", " "), width(), initial_indent=space, subsequent_indent=space, max_lines=8
    )
