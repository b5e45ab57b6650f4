"""How commands write: JSON, columns, instants with hour and zone, progress."""

import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click
import msgspec

from midstream.cli.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from midstream.cli.app import Session
    from midstream.ledger.fact import Fact

_P = ParamSpec("_P")
_R = TypeVar("_R")


def json_option(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return the command with the option ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON.")(command)


def as_of_option(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return the command with the option ``--as-of``."""
    return click.option(
        "--as-of", default="", help="As known at a past moment: 2026-11-20T09:30+00:00, or 'now - 2 days'."
    )(command)


def moment_of(text: str, session: "Session") -> datetime | None:
    """Return the past moment an option names, None for none; raise `Misuse` for one that is no instant."""
    if not text:
        return None
    from midstream.desk.fields import read_moment  # noqa: PLC0415 - commands without a past moment start sooner

    return read_moment(text, now=session.clock(), what="--as-of")


def write_json(value: object) -> None:
    """Return nothing, after `value` was written to stdout as indented JSON, with nothing a terminal would obey."""
    click.echo(json_bytes(value), nl=False)


def json_bytes(value: object) -> bytes:
    """Return `value` as indented JSON with a line end, in UTF-8, and with nothing a terminal would obey."""
    data = msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2)
    if not data.isascii() or b"\x7f" in data:  # JSON itself escapes the other control characters of ASCII
        import json  # noqa: PLC0415 - most of what is written is ASCII

        text = data.decode()
        text = "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text)
        data = text.encode()
    return data + b"\n"


def width() -> int:
    """Return how many columns the terminal has; 80 where there is none."""
    if not sys.stdout.isatty():
        return 80
    import shutil  # noqa: PLC0415 - a pipe has no width to ask for

    return max(40, shutil.get_terminal_size((80, 24)).columns)


def instant(moment: datetime | None, zone: str = "UTC") -> str:
    """Return an instant with its hour and zone: ``2026-11-25 10:00Z``, or ``2026-11-25 11:00+01:00``."""
    if moment is None:
        return ""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - commands that show no instant start sooner

    local = moment.astimezone(ZoneInfo(zone))
    text = local.isoformat(sep=" ", timespec="minutes")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def counted(count: int, word: str) -> str:
    """Return a number with what it counts: ``1 fact``, ``2,000 facts``, ``3 advisories``."""
    if count == 1:
        return f"1 {word}"
    return f"{count:,} " + (f"{word[:-1]}ies" if re.search("[^aeiou]y$", word) else f"{word}s")


def distance(moment: datetime, now: datetime) -> str:
    """Return how far `moment` is: ``in 3 days``, ``20 hours ago``."""
    span = abs(moment - now)
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if span >= length * (2 if unit == "day" else 1):
            words = counted(span // length, unit)
            return f"in {words}" if moment > now else f"{words} ago"
    return "now"


def columns(rows: Iterable[Sequence[str]], *, heads: Sequence[str]) -> None:
    """Return nothing, after the rows were written in columns under their heads; the last column takes what is left."""
    lines = [[printable(cell) for cell in row] for row in rows]
    wide = [max([len(head), *(len(row[place]) for row in lines)]) for place, head in enumerate(heads)]
    room = max(20, width() - sum(wide[:-1]) - 2 * (len(heads) - 1))
    gap = " " * (sum(wide[:-1]) + 2 * (len(heads) - 1))
    click.echo(click.style(_line(heads, wide), bold=True))
    for row in lines:
        parts = textwrap.wrap(row[-1], room) or [""]
        click.echo(_line([*row[:-1], parts[0]], wide))
        for part in parts[1:]:
            click.echo(gap + part)


def _line(cells: Sequence[str], wide: Sequence[int]) -> str:
    return "  ".join(cell.ljust(size) for cell, size in zip(cells, wide, strict=True)).rstrip()


def paragraph(text: str, *, indent: str = "", first: str = "") -> None:
    """Return nothing, after the text was written, wrapped to the terminal and indented; `first` stands before it."""
    for line in printable(text).splitlines() or [""]:
        # Tags and branches have hyphens, and half a tag is none: TF-Mv1.4.1 stays whole.
        begun = first or indent
        wrapped = textwrap.fill(line, width(), initial_indent=begun, subsequent_indent=indent, break_on_hyphens=False)
        click.echo(wrapped if line else "")
        first = ""


def fact_json(fact: "Fact") -> dict[str, object]:
    """Return a fact as ``--json`` shows it, with its body's fields."""
    from midstream.ledger.fact import fields_of  # noqa: PLC0415 - only those who print facts need it

    return {
        "stream": fact.stream,
        "number": fact.number,
        "kind": fact.kind,
        "said_by": fact.said_by,
        "happened_at": fact.happened_at,
        "recorded_at": fact.recorded_at,
        "body": fields_of(fact),
        "digest": fact.digest,
    }


def fact_words(fact: "Fact", *, leave_out: Sequence[str] = ()) -> str:
    """Return the fields of a fact in one line: ``branch=main commit=1f2e…``."""
    from midstream.ledger.fact import fields_of  # noqa: PLC0415 - as above

    parts: list[str] = []
    for name, value in fields_of(fact).items():
        if name in leave_out or value in ("", None, False):
            continue
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        shown = text[:12] + "…" if len(text) in {40, 64} and text.isalnum() else text
        parts.append(f"{name}={shown}")
    return " ".join(parts)


@contextmanager
def progress(label: str) -> "Iterator[Callable[[], None]]":
    """Yield a function to call once per thing done; how many shows on stderr when that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    count = 0

    def tick() -> None:
        nonlocal count
        count += 1
        if count % 200 == 0:
            click.echo(f"\r{label}: {count}", err=True, nl=False)

    yield tick
    click.echo(f"\r{label}: {count}", err=True)
