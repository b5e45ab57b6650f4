"""The board as one HTML page: self-contained, without a script, readable at any width, light, dark and on paper."""

import tempfile
from html import escape
from pathlib import Path

from midstream.analysis.backports.grid import MEANINGS, SIGNS, Grid, Row, Square, State
from midstream.cli.backports.style import STYLE
from midstream.cli.errors import printable

_CLASSES: dict[State, str] = {
    "fixed": "good",
    "not affected": "good",
    "applies": "todo",
    "nothing to apply": "look",
    "partly fixed": "look",
    "trial failed": "look",
    "unknown": "look",
    "conflicts": "bad",
    "vulnerable": "bad",
    "waived": "none",
    "past support": "none",
}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def board_page(grid: Grid) -> str:
    """Return the page: the matrix, and below it the evidence of every square, to which each square leads."""
    title = _text(grid.title)
    rows = "\n".join(_row(grid, place, row) for place, row in enumerate(grid.rows))
    heads = "".join(
        f'<th scope="col">{_text(name)}{f"<small>{_text(note)}</small>" if note else ""}</th>'
        for name, note in grid.branches
    )
    states = dict.fromkeys(square.state for row in grid.rows for square in row.squares.values())
    legend = "".join(f"<li>{_sign(state)} {state}: {MEANINGS[state]}</li>" for state in states)
    notices = "".join(f'<p class="notice">{_text(notice)}</p>' for notice in grid.notices)
    evidence = "\n".join(_evidence(grid, place, row) for place, row in enumerate(grid.rows))
    count = sum(square.is_open for row in grid.rows for square in row.squares.values())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="soft">Read from the repository at {_text(grid.read_at)}. {_counted(count)}</p>
{notices}
</header>
<main>
<ul class="legend">{legend}</ul>
<table>
<caption>Fixes by branches. Each state leads to its evidence.</caption>
<thead><tr><th scope="col">fix</th>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
<section aria-labelledby="evidence">
<h2 id="evidence">Evidence</h2>
{evidence}
</section>
</main>
</body>
</html>
"""


def write_page(path: Path, text: str) -> None:
    """Return nothing, after the file holds the page, whole or as it was before; only its owner may read a new one.

    What is no regular file, such as a terminal or a pipe, is written to and never replaced.
    """
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    target = path.resolve()
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", delete=False
    ) as beside:
        beside.write(text)
    kept = Path(beside.name)
    try:
        if target.exists():
            kept.chmod(target.stat().st_mode & 0o777)
        kept.replace(target)
    except OSError:
        kept.unlink(missing_ok=True)
        raise


def _counted(count: int) -> str:
    if not count:
        return "Nothing is open."
    return f"{count} {'square needs' if count == 1 else 'squares need'} somebody."


def _row(grid: Grid, place: int, row: Row) -> str:
    cells = "".join(
        _cell(row.squares.get(branch), branch, f"e{place}-{column}") for column, (branch, _) in enumerate(grid.branches)
    )
    title = f"<small>{_text(row.title)}</small>" if row.title else ""
    return f'<tr><th scope="row">{_text(row.name)}{title}</th>{cells}</tr>'


def _cell(square: Square | None, branch: str, anchor: str) -> str:
    if square is None:
        return f'<td data-branch="{_text(branch)}"><span>{_sign("unknown")} not asked</span></td>'
    more = f"<small>{_text(square.detail)}</small>" if square.detail else ""
    look = '<small class="look">needs a look</small>' if square.needs_look else ""
    inner = f'{_sign(square.state)} <a href="#{anchor}">{square.state}</a>{more}{look}'
    return f'<td data-branch="{_text(branch)}"><span>{inner}</span></td>'


def _evidence(grid: Grid, place: int, row: Row) -> str:
    entries = "".join(
        f'<dt id="e{place}-{column}">{_sign(square.state)} {_text(branch)}: {square.state}'
        f"{f', {_text(square.detail)}' if square.detail else ''}</dt>"
        + "".join(f"<dd>{_text(line)}</dd>" for line in square.evidence)
        for column, (branch, _) in enumerate(grid.branches)
        if (square := row.squares.get(branch)) is not None
    )
    title = f" <small>{_text(row.title)}</small>" if row.title else ""
    return f"<h3>{_text(row.name)}{title}</h3>\n<dl>{entries}</dl>"


def _sign(state: State) -> str:
    return f'<span class="sign {_CLASSES[state]}" aria-hidden="true">{SIGNS[state]}</span>'


def _text(text: str) -> str:
    """Return text for the page, with nothing in it that is markup or steers the direction of writing."""
    return escape(printable(text).replace("\n", " "), quote=True)
