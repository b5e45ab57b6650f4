"""A report as one HTML page, with what changed since an earlier scan. It loads nothing and runs nothing."""

from collections.abc import Iterable
from html import escape

from midstream.analysis.exposure.answers import Answer
from midstream.analysis.exposure.reports.report import OPEN_VERDICTS, Changes, Report

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --faint: #57606a; --line: #d0d7de; --bad: #a40e26;
  --unsure: #7a4d00; --good: #116329; --soft: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --faint: #9aa4af; --line: #30363d;
  --bad: #ff8f8f; --unsure: #f0c060; --good: #6fdd8b; --soft: #161b22; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
p, ul { max-width: 45rem; } .faint { color: var(--faint); }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; max-width: none; }
.counts li { padding: .4rem .8rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--soft); }
.counts b { font-size: 1.2rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--faint); font-weight: 600; white-space: nowrap; }
td:nth-child(-n+2), td:nth-child(4) { overflow-wrap: break-word; }
td:nth-child(-n+2) { white-space: nowrap; }
.affected { color: var(--bad); font-weight: 600; } .unsure { color: var(--unsure); font-weight: 600; }
.fine { color: var(--good); }
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr, td { display: block; } tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  td, td:nth-child(-n+2) { border: 0; padding: .1rem 0; white-space: normal; overflow-wrap: anywhere; }
  td[data-head]::before { content: attr(data-head) ": "; color: var(--faint); }
}
"""
_CLASSES = {"affected": "affected", "unknown version": "unsure", "no data": "unsure"}


def as_page(report: Report, *, changes: Changes | None = None) -> str:
    """Return the report as a whole HTML document."""
    asking = [answer for answer in report.answers if answer.verdict in OPEN_VERDICTS and answer.vulnerability]
    silent = [answer for answer in report.answers if not answer.vulnerability]
    rest = [answer for answer in report.answers if answer.verdict not in OPEN_VERDICTS]
    parts = [
        f"<h1>What we ship, against what is known</h1>{_head(report)}{_counts(report)}",
        _unread(report),
        _changes(changes) if changes else "",
        "<h2>Asks for something</h2>",
        _table(asking) if asking else "<p>Nothing that the index knows.</p>",
        _silent(silent),
        _unidentified(report),
        f"<h2>Said to be harmless, fixed, or withdrawn</h2>{_table(rest)}" if rest else "",
        _inputs(report),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Scan of {_at(report.made_at)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _t(text: object) -> str:
    """Return a text for HTML; what would steer its direction or is no character shows as a replacement."""
    return escape("".join(char if char.isprintable() else "\ufffd" for char in str(text)))


def _at(moment: str) -> str:
    return _t(moment[:16].replace("T", " ") + " UTC")


def _head(report: Report) -> str:
    sources = ", ".join(
        f"{_t(source.name)} ({source.advisories:,} advisories"
        + (f", newest {_t(source.newest[:10])})" if source.newest else ")")
        for source in report.sources
    )
    return f'<p class="faint">Scanned {_at(report.made_at)} with {_t(report.index)}: {sources or "no sources"}.</p>'


def _counts(report: Report) -> str:
    shown = ["affected", "disputed", "unknown version", "no data", "unidentified", "components"]
    cells = "".join(f"<li><b>{report.counts.get(name, 0)}</b> {name}</li>" for name in shown)
    return f'<ul class="counts">{cells}</ul>'


def _unread(report: Report) -> str:
    if not report.unread:
        return ""
    return _section("Could not be read", (f"{_t(entry.what)}. {_t(entry.hint)}" for entry in report.unread))


def _changes(changes: Changes) -> str:
    parts = [f"<h2>Changed since {_at(changes.since)}</h2>"]
    if not (changes.new or changes.gone or changes.changed):
        return f"{parts[0]}<p>Nothing.</p>"
    for words, answers in (("New", changes.new), ("Gone", changes.gone)):
        if answers:
            parts.append(f"<h3>{words}</h3>{_table(answers)}")
    if changes.changed:
        rows = (
            f"{_name(now)}: {_t(now.vulnerability)} was {_t(before.verdict)}, is {_t(now.verdict)}"
            for before, now in changes.changed
        )
        parts.append(f"<h3>Another verdict</h3>{_list(rows)}")
    return "".join(parts)


def _table(answers: Iterable[Answer]) -> str:
    rows = []
    for answer in answers:
        place = _t(": ".join(filter(None, (answer.where, answer.component.place))))
        kind = _CLASSES.get(answer.verdict, "fine")
        verdict = _t(answer.verdict) + (" (disputed)" if answer.is_disputed else "")
        aliases = f'<br><span class="faint">{_t(", ".join(answer.aliases))}</span>' if answer.aliases else ""
        rows.append(
            f'<tr><td class="{kind}">{verdict}</td><td>{_t(answer.vulnerability or "—")}{aliases}</td>'
            f'<td>{_name(answer)}</td><td data-head="fixed in">{_t(answer.fixed or "—")}</td>'
            f'<td>{_t(answer.why)}<br><span class="faint">{place}</span></td></tr>'
        )
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("Verdict", "Vulnerability", "Component", "Fixed in", "Why")
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _name(answer: Answer) -> str:
    component = answer.component
    version = component.version or component.commit or "version unknown"
    source = f" (source {_t(component.source_name)})" if component.source_name else ""
    return f"{_t(component.name)} {_t(version)}{source}"


def _silent(answers: list[Answer]) -> str:
    if not answers:
        return ""
    lines = (f"{_name(answer)}: {_t(answer.why)}" for answer in answers)
    return "<h2>No data</h2><p>The index knows nothing about these. That does not mean they are clean.</p>" + _list(
        lines
    )


def _unidentified(report: Report) -> str:
    lost = [(entry, each) for entry in report.inputs for each in entry.unidentified]
    if not lost:
        return ""
    lines = (
        f"{_t(each.name)} {_t(each.version)}: {_t(each.why)} ({_t(entry.where)}: {_t(each.place)})"
        for entry, each in lost
    )
    return "<h2>Cannot be identified</h2><p>These were not looked up.</p>" + _list(lines)


def _inputs(report: Report) -> str:
    lines = [
        f"{_t(entry.where)}: {_t(entry.kind)}, {entry.components} components of {entry.listed} entries, "
        f"SHA-256 {_t(entry.digest)}{_list(map(_t, entry.faults)) if entry.faults else ''}"
        for entry in report.inputs
    ]
    return _section("What was scanned", lines)


def _section(title: str, lines: Iterable[str]) -> str:
    return f"<h2>{title}</h2>{_list(lines)}"


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
