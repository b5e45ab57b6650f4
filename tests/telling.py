"""The shortest way to tell a case, a project's stream and a policy in a test."""

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import msgspec

from midstream.cases.case import Case, replay
from midstream.cases.team import Team
from midstream.ledger.chain import empty, head_of, record
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import Body
from midstream.policy.book import make_book, read_text
from midstream.policy.resolve import resolve
from midstream.policy.rules import Policy
from midstream.project import read_project

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""The moment of the first fact: a Monday, 09:00 in London as in UTC."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
COMMIT = "c0ffee" + "0" * 34
DIGEST = "d1" * 32
CVE = "CVE-2026-12345"


class At(msgspec.Struct, frozen=True, kw_only=True):
    """A body that happened at another moment, was recorded later, or was said by somebody else."""

    body: Body
    happened: datetime | None = None
    recorded: datetime | None = None
    by: str = "mara"


def facts(told: Iterable[Body | At], *, stream: str = "case/c-1") -> tuple[Fact, ...]:
    """The chained facts of one stream, each an hour after the one before unless it says otherwise."""
    made: list[Fact] = []
    for count, entry in enumerate(told):
        at = entry if isinstance(entry, At) else At(body=entry)
        happened = at.happened or START + count * HOUR
        recorded = at.recorded or max(happened, made[-1].recorded_at if made else happened)
        draft = Draft(stream=stream, said_by=at.by, happened_at=happened, body=at.body)
        made += record(head_of(made, stream=stream) if made else empty(stream), [draft], recorded_at=recorded, key="k")
    return tuple(made)


def case(*told: Body | At, name: str = "c-1") -> Case:
    """The case that the facts tell."""
    return replay(facts(told, stream=f"case/{name}"), case=name)


PROJECT = """\
[project]
id = "tf-m"
name = "Trusted Firmware-M"
policy = "house"
zone = "Europe/London"

[[branch]]
name = "main"
kind = "development"

[[branch]]
name = "lts-1"
kind = "lts"
supported_until = 2026-06-30

[[branch]]
name = "v2"
supported_until = 2026-03-31

[[person]]
name = "mara"
zone = "Europe/London"
roles = ["response-team"]
holidays = "GB"

[[person]]
name = "yuki"
zone = "Asia/Tokyo"
roles = ["response-team"]

[[person]]
name = "ines"
zone = "Europe/Paris"
roles = ["maintainer"]
areas = ["crypto"]

[[party]]
name = "alder"
list = "partners"
zone = "Europe/Berlin"

[[party]]
name = "brook"
list = "partners"
zone = "Asia/Taipei"
"""


def team(text: str = PROJECT, **more: object) -> Team:
    """The project of these tests, with what else its stream says."""
    return msgspec.structs.replace(Team(project=read_project(text)), **more)


HEADER = """\
[policy]
name = "house"
title = "House rules"
version = "1"
valid_from = 2020-01-01
"""


def policy(text: str, *, header: str = HEADER) -> Policy:
    """The one policy whose text, below its header, is given."""
    found = resolve(make_book([read_text(header + text, where="house.toml")]), "house", date(2026, 3, 2))
    assert found is not None
    return found


def obligation(**fields: object) -> str:
    """An obligation as a policy writes it; what is not named is as plain as can be."""
    return _table("obligation", {**_PLAIN, **fields})


def clock(**fields: object) -> str:
    """A clock as a policy writes it."""
    return _table("clock", {"name": "public date", "clause": "C", "after": "report.received", **fields})


def limit(**fields: object) -> str:
    """A limit as a policy writes it."""
    return _table("limit", {"name": "length", "clause": "L", "after": "report.received", "within": "7 days", **fields})


_PLAIN = {
    "name": "answer",
    "clause": "A",
    "after": "report.received",
    "until": "report.acknowledged",
    "work": "process",
    "do": "acknowledge",
}


def _table(name: str, fields: dict[str, object]) -> str:
    lines = [f"{key} = {msgspec.json.encode(value).decode()}" for key, value in fields.items() if value is not None]
    return "\n".join(itertools.chain(["", f"[[{name}]]"], lines, [""]))
