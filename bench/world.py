"""A made-up project with many cases, the same every time: what the figures are measured on."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from midstream.ledger.chain import head_of, record
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import Body, cve, disclosure, embargo, fix, intake, process, triage

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PROJECT = "bench"
BRANCHES = ("release/1.x", "release/2.x", "release/3.x")

CONFIG = (
    """
[project]
id = "bench"
name = "Bench"
policy = "bench"
zone = "Europe/London"
"""
    + "".join(f'\n[[branch]]\nname = "{name}"\nkind = "lts"\n' for name in BRANCHES)
    + """
[[person]]
name = "ada"
zone = "Europe/Paris"
roles = ["response-team"]
skills = ["triage"]

[[party]]
name = "acme"
list = "ess"

[[party]]
name = "bolt"
list = "stakeholders"
"""
)


def _obligation(number: int) -> str:
    """Return one obligation of thirty: some of each sort, as real policies have them."""
    sorts = (
        {"after": "report.received", "until": "report.accepted", "within": "3 working days"},
        {"after": "report.accepted", "until": "advisory.drafted", "within": "30 days"},
        {
            "each": "branch where maintained and affected",
            "after": "fix.merged",
            "until": "backport.merged",
            "before": "public date",
        },
        {"each": "party in stakeholders", "after": "fix.available", "until": "party.told", "within": "1 day"},
        {"after": "public date", "until": "embargo.ended", "within": "0 hours"},
        {"after": "report.received", "until": "reporter.updated", "before": "14 days before public date"},
    )
    words = "".join(f'{key} = "{value}"\n' for key, value in sorts[number % len(sorts)].items())
    return f'\n[[obligation]]\nname = "duty {number}"\nclause = "B{number}"\nwork = "process"\ndo = "note"\n{words}'


POLICY = """
[policy]
name = "bench"
title = "Bench"
version = "1"
valid_from = 2020-01-01
unless = ["report.rejected"]

[[clock]]
name = "public date"
clause = "B0"
after = "report.received"
length = "90 days"
sooner = ["public.known", "exploit.active"]
later = "embargo.extended"
""" + "".join(_obligation(number) for number in range(30))


def case_facts(name: str, *, count: int, seed: int) -> list[Fact]:
    """Return the `count` facts of one made-up case, recorded as they happened."""
    chance = random.Random(seed)
    sha = f"{seed:040x}"
    story: list[Body] = [
        intake.ReportReceived(project=PROJECT, channel="mail", title=f"Report {seed}", reporter="r@example.org"),
        intake.ReportAcknowledged(),
        intake.ReportAccepted(),
        triage.SeverityScored(severity=chance.choice(("low", "medium", "high", "critical"))),
        embargo.EmbargoAgreed(),
        cve.CveAssigned(cve=f"CVE-2026-{100000 + seed}", assigner="bench"),
        fix.BranchAffected(branch=BRANCHES[seed % 3]),
        fix.FixAvailable(),
        fix.FixMerged(commit=sha),
        embargo.PartyTold(party="bolt", list="stakeholders"),
        *(fix.BackportMerged(branch=branch, commit=sha) for branch in BRANCHES[: chance.randrange(4)]),
        disclosure.AdvisoryDrafted(digest=f"{seed:064x}"),
        process.TaskClaimed(task="duty-0", person="ada"),
    ]
    while len(story) < count:
        story.append(intake.NoteAdded(text=f"Note {len(story)} of case {seed}, as long as notes are."))
    moment = START + timedelta(minutes=17 * (seed % 20_000))
    facts: list[Fact] = []
    for body in story[:count]:
        moment += timedelta(minutes=chance.randrange(1, 600))
        draft = Draft(stream=f"case/{name}", said_by="ada", happened_at=moment, body=body)
        facts += record(head_of(facts[-1:], stream=f"case/{name}"), [draft], recorded_at=moment, key="")
    return facts


def project_facts() -> list[Fact]:
    """Return the facts of the made-up project: its file, its policy, one long shift."""
    stream = f"project/{PROJECT}"
    bodies: list[Body] = [
        process.ProjectConfigured(project=PROJECT, text=CONFIG, digest="0" * 64),
        process.PolicyActivated(policy="bench", files=("bench.toml",), texts=(POLICY,), digest="1" * 64),
        process.RotationShift(person="ada", starts_at=START, ends_at=START + timedelta(days=800)),
    ]
    facts: list[Fact] = []
    for body in bodies:
        draft = Draft(stream=stream, said_by="ada", happened_at=START, body=body)
        facts += record(head_of(facts[-1:], stream=stream), [draft], recorded_at=START, key="")
    return facts


def world(*, cases: int, facts: int) -> Iterator[Fact]:
    """Yield the facts of the project and its cases, one stream after the other."""
    yield from project_facts()
    for seed in range(1, cases + 1):
        yield from case_facts(f"{PROJECT}-{seed}", count=facts, seed=seed)
