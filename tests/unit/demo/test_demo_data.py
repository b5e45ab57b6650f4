"""The shipped demo: its stories can be told, are whole, agree with themselves and with the measured fixes."""

import csv
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from midstream.cases.case import replay
from midstream.cases.team import replay_team
from midstream.ledger import story
from midstream.ledger.fact import Fact
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.cve import CveAllocated, CveAssigned, CveBlockReserved
from midstream.ledger.kinds.disclosure import AdvisoryPublished
from midstream.ledger.kinds.embargo import DeferralGranted, DeferralRefused, DeferralRequested, PartyAnswered, PartyTold
from midstream.ledger.kinds.fix import (
    BackportConflicted,
    BackportMerged,
    BackportTried,
    BranchAffected,
    BranchNotAffected,
    FixMerged,
    FixReleased,
    IntroducedRecorded,
)
from midstream.ledger.kinds.intake import (
    CaseOpened,
    DuplicateSuspected,
    ExceptionGranted,
    ReportAcknowledged,
    ReportReceived,
)
from midstream.ledger.kinds.process import ReleaseTagged, RotationShift
from midstream.policy.book import shipped
from midstream.policy.duties import duties, standing
from midstream.policy.resolve import resolve

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DATA = resources.files("midstream") / "demo"
HISTORY = "tf-m-history.toml"
IN_PROGRESS = "tf-m-in-progress.toml"
MAINTAINED = ("main", "release/2.1.x", "release/2.2.x", "release/2.3.x")
ADVISORIES = [f"case/tfmv-{count}" for count in range(1, 12)]
MEASURED = Path(__file__).parents[3].parent / "shared" / "data" / "advisory_fixes_tfa_tfm.csv"
_Kind = TypeVar("_Kind", bound=Body)
AHEAD = re.compile(r"now(?: ([+-]) (.+))?")
SPAN = re.compile(r"([0-9]+) (minute|hour|day|week)s?")

CVES = {
    "case/tfmv-1": "CVE-2020-16273",
    "case/tfmv-2": "CVE-2021-27562",
    "case/tfmv-3": "CVE-2021-32032",
    "case/tfmv-4": "CVE-2021-40327",
    "case/tfmv-5": "CVE-2021-43619",
    "case/tfmv-6": "CVE-2023-40271",
    "case/tfmv-7": "CVE-2023-51712",
    "case/tfmv-8": "CVE-2024-45746",
    "case/tfmv-9": "CVE-2025-53022",
    "case/tfmv-10": "CVE-2026-54467",
    "case/tfmv-11": "CVE-2026-73063",
}
NINE = {
    "main": "TF-Mv2.3.0",
    "release/2.1.x": "TF-Mv2.1.3",
    "release/2.2.x": "TF-Mv2.2.1",
    "release/2.3.x": "TF-Mv2.3.0",
}
TEN = {"release/2.1.x": "TF-Mv2.1.6", "release/2.3.x": "TF-Mv2.3.1"}


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def with_moments(entry: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return the entry with "now - 3 days" and "now + 4 days" in its body turned into instants."""
    body = dict(entry.get("body", {}))
    for field in ("starts_at", "ends_at", "until"):
        if found := AHEAD.fullmatch(str(body.get(field, ""))):
            span = timedelta(**{f"{unit}s": int(count) for count, unit in SPAN.findall(found[2] or "")})
            body[field] = now - span if found[1] == "-" else now + span
    return {**entry, "body": body}


def told(*names: str) -> list[Fact]:
    entries: list[Any] = [with_moments(entry, now=NOW) for name in names for entry in read(name)["fact"]]
    return story.tell(entries, now=NOW, key="demo", where=" and ".join(names))


def bodies(facts: list[Fact], kind: type[_Kind], stream: str = "") -> list[_Kind]:
    return [fact.body for fact in facts if isinstance(fact.body, kind) and stream in ("", fact.stream)]


def moments(facts: list[Fact], kind: type[Body], stream: str) -> list[datetime]:
    return [fact.happened_at for fact in facts if isinstance(fact.body, kind) and fact.stream == stream]


@pytest.fixture(scope="module")
def history() -> list[Fact]:
    return told(HISTORY)


@pytest.fixture(scope="module")
def in_progress() -> list[Fact]:
    return told(IN_PROGRESS)


def test_every_entry_of_both_files_is_told() -> None:
    facts = told(HISTORY, IN_PROGRESS)
    assert len(facts) == len(read(HISTORY)["fact"]) + len(read(IN_PROGRESS)["fact"])
    assert {fact.stream for fact in facts} == {
        "project/tf-m",
        *ADVISORIES,
        "case/tf-m-1",
        "case/tf-m-2",
        "case/tf-m-3",
    }
    assert all(fact.recorded_at == fact.happened_at <= NOW for fact in facts)


def test_a_moment_ahead_is_reckoned_from_now() -> None:
    entry = with_moments(
        {"body": {"until": "now + 1 day 2 hours", "starts_at": "now - 3 days", "note": "now"}}, now=NOW
    )
    assert entry["body"] == {"until": NOW + timedelta(hours=26), "starts_at": NOW - timedelta(days=3), "note": "now"}


def test_the_history_is_all_from_the_public_record(history: list[Fact]) -> None:
    said = {(fact.said_by, fact.kind in {"exception.granted", "advisory.edited"}) for fact in history}
    assert said == {("public record", False), ("demo", True)}
    opened = bodies(history, CaseOpened)
    assert [(case.origin, case.invented, case.project) for case in opened] == [("public history", False, "tf-m")] * 11


def test_the_eleven_advisories_are_there(history: list[Fact]) -> None:
    named = {fact.stream: fact.body.cve for fact in history if isinstance(fact.body, CveAssigned)}
    assert named == CVES
    published = {fact.stream: fact.body for fact in history if isinstance(fact.body, AdvisoryPublished)}
    assert {stream: body.advisory for stream, body in published.items()} == {
        stream: stream.removeprefix("case/").upper() for stream in ADVISORIES
    }
    assert len({body.url for body in published.values()}) == 11


def test_the_exceptions_say_that_the_demo_does_not_know(history: list[Fact]) -> None:
    granted = [fact for fact in history if isinstance(fact.body, ExceptionGranted)]
    assert [fact.stream for fact in granted] == ["case/tfmv-11"] * 3
    assert {fact.happened_at for fact in granted} == set(moments(history, AdvisoryPublished, "case/tfmv-11"))
    for body in bodies(history, ExceptionGranted):
        assert body.reason.startswith("The demo's data does not say whether")


@pytest.mark.parametrize("stream", ADVISORIES)
def test_each_advisory_has_one_fix_and_a_first_fixed_release(history: list[Fact], stream: str) -> None:
    assert len(bodies(history, FixMerged, stream)) == 1
    releases = bodies(history, FixReleased, stream)
    assert releases
    assert max(Counter(release.branch for release in releases).values()) == 1


@pytest.mark.parametrize(("stream", "tags"), [("case/tfmv-9", NINE), ("case/tfmv-10", TEN)])
def test_the_first_fixed_releases_are_those_git_shows(history: list[Fact], stream: str, tags: dict[str, str]) -> None:
    assert {release.branch: release.tag for release in bodies(history, FixReleased, stream)} == tags


@pytest.mark.parametrize("stream", ADVISORIES)
def test_each_maintained_branch_has_exactly_one_answer(history: list[Fact], stream: str) -> None:
    answers = Counter(body.branch for body in bodies(history, FixReleased, stream))
    answers.update(body.branch for body in bodies(history, BranchAffected, stream))
    answers.update(body.branch for body in bodies(history, BranchNotAffected, stream))
    if not answers["main"]:
        # Fixed on main, but in no release cut from it yet.
        answers.update(body.into for body in bodies(history, FixMerged, stream))
    assert {branch: answers[branch] for branch in MAINTAINED} == dict.fromkeys(MAINTAINED, 1)


@pytest.mark.parametrize("stream", ADVISORIES)
def test_a_release_has_the_commit_of_its_branch_and_the_moment_of_its_tag(history: list[Fact], stream: str) -> None:
    tagged = {fact.body.tag: fact for fact in history if isinstance(fact.body, ReleaseTagged)}
    commits = {body.branch: body.commit for body in bodies(history, BackportMerged, stream)}
    inherited = bodies(history, FixMerged, stream)[0].commit
    for fact in history:
        if fact.stream == stream and isinstance(fact.body, FixReleased):
            tag = tagged[fact.body.tag]
            assert fact.happened_at == tag.happened_at
            assert isinstance(tag.body, ReleaseTagged)
            assert fact.body.branch in ("main", tag.body.branch)
            assert fact.body.commit == commits.get(fact.body.branch, inherited)


@pytest.mark.parametrize("stream", ADVISORIES)
def test_the_dates_of_an_advisory_are_in_order(history: list[Fact], stream: str) -> None:
    own = [fact for fact in history if fact.stream == stream]
    assert isinstance(own[0].body, CaseOpened)
    assert [fact.happened_at for fact in own] == sorted(fact.happened_at for fact in own)
    tags = {fact.body.tag: fact.happened_at for fact in history if isinstance(fact.body, ReleaseTagged)}
    [start] = bodies(history, IntroducedRecorded, stream)
    [merged] = moments(history, FixMerged, stream)
    assert tags[start.release] < merged < NOW
    in_branch = {
        (fact.body.into if isinstance(fact.body, FixMerged) else fact.body.branch): fact.happened_at
        for fact in own
        if isinstance(fact.body, FixMerged | BackportMerged)
    }
    for release in bodies(history, FixReleased, stream):
        assert in_branch.get(release.branch, merged) < tags[release.tag]


def test_every_release_is_tagged_once_and_releases_of_a_branch_follow_their_numbers(history: list[Fact]) -> None:
    tagged = bodies(history, ReleaseTagged, "project/tf-m")
    assert len(tagged) == len({release.tag for release in tagged}) == 26
    for branch in {release.branch for release in tagged} - {"main"}:
        tags = [release.tag for release in tagged if release.branch == branch and not release.tag.endswith("-LTS")]
        assert tags == sorted(tags)


def test_what_is_invented_says_so(in_progress: list[Fact]) -> None:
    reports = bodies(in_progress, ReportReceived)
    assert len(reports) == 3
    assert all(report.invented and report.title.startswith("Invented:") for report in reports)
    assert all(re.search(r"@example\.(org|com)\Z", report.reporter) for report in reports)
    cves = {cve for block in bodies(in_progress, CveBlockReserved) for cve in block.cves}
    assert {body.cve for body in bodies(in_progress, CveAssigned)} < cves
    assert all(cve.startswith("CVE-2026-9999000") for cve in cves)
    named = FixMerged | BackportMerged | BackportTried | BackportConflicted
    commits = {fact.body.commit for fact in in_progress if isinstance(fact.body, named)}
    assert commits
    assert all(commit == commit[:4] * 10 for commit in commits)


def test_each_id_of_the_block_is_given_to_one_case_in_both_streams(in_progress: list[Fact]) -> None:
    assigned = {(fact.body.cve, fact.stream): fact for fact in in_progress if isinstance(fact.body, CveAssigned)}
    given = {
        (fact.body.cve, f"case/{fact.body.case}"): fact for fact in in_progress if isinstance(fact.body, CveAllocated)
    }
    assert given.keys() == assigned.keys()
    for place, fact in given.items():
        assert (fact.stream, fact.happened_at) == ("project/tf-m", assigned[place].happened_at)


def test_the_first_case_waits_for_its_acknowledgement(in_progress: list[Fact], history: list[Fact]) -> None:
    [received] = moments(in_progress, ReportReceived, "case/tf-m-1")
    assert timedelta(hours=18) < NOW - received < timedelta(hours=24)
    assert not bodies(in_progress, ReportAcknowledged, "case/tf-m-1")
    [suspected] = bodies(in_progress, DuplicateSuspected, "case/tf-m-1")
    assert f"case/{suspected.of}" in {fact.stream for fact in history}


def test_the_second_case_has_one_open_request_for_a_deferral(in_progress: list[Fact]) -> None:
    asked = {(body.party, body.stage): body.until for body in bodies(in_progress, DeferralRequested, "case/tf-m-2")}
    decided = {(body.party, body.stage) for body in bodies(in_progress, DeferralGranted, "case/tf-m-2")}
    decided |= {(body.party, body.stage) for body in bodies(in_progress, DeferralRefused, "case/tf-m-2")}
    assert asked.keys() - decided == {("brook-silicon", "secondary")}
    assert asked["brook-silicon", "secondary"] > NOW > asked["northcloud", "primary"]


def test_the_third_case_conflicts_on_one_long_term_branch(in_progress: list[Fact]) -> None:
    [conflict] = bodies(in_progress, BackportConflicted, "case/tf-m-3")
    assert (conflict.branch, len(conflict.files)) == ("release/2.1.x", 2)
    assert [body.branch for body in bodies(in_progress, BackportMerged, "case/tf-m-3")] == ["release/2.3.x"]


def test_somebody_is_on_duty_from_ten_days_ago_to_a_week_ahead_without_a_gap(in_progress: list[Fact]) -> None:
    shifts = bodies(in_progress, RotationShift, "project/tf-m")
    assert [shift.person for shift in shifts if shift.starts_at <= NOW < shift.ends_at] == ["yuki"]
    assert all(before.ends_at == after.starts_at for before, after in pairwise(shifts))
    assert (shifts[0].starts_at, shifts[-1].ends_at) == (NOW - timedelta(days=10), NOW + timedelta(days=11))


def test_the_project_file_knows_everybody_and_every_branch_of_the_stories(in_progress: list[Fact]) -> None:
    project = read("midstream.toml")
    people = {person["name"] for person in project["person"]}
    assert {fact.said_by for fact in in_progress} <= people | {"intake"}
    assert {shift.person for shift in bodies(in_progress, RotationShift)} <= people
    lists = {party["name"]: party["list"] for party in project["party"]}
    assert {(body.party, body.list) for body in bodies(in_progress, PartyTold)} == set(lists.items())
    assert {body.party for body in bodies(in_progress, PartyAnswered)} <= lists.keys()
    branches = {branch["name"] for branch in project["branch"]}
    assert branches == set(MAINTAINED)
    assert {body.branch for body in bodies(in_progress, BranchAffected)} <= branches
    assert all(party["contact"].endswith(".example.com") for party in project["party"])


def tasks(*, now: datetime) -> dict[str, set[str]]:
    """Return, by standing, the tasks of the whole demo as `CASE TASK` when it is loaded at `now`."""
    text = (DATA / "midstream.toml").read_text(encoding="utf-8")
    body = {"project": "tf-m", "text": text, "digest": sha256(text.encode()).hexdigest()}
    entries: list[Any] = [
        {"stream": "project/tf-m", "at": NOW - timedelta(days=9999), "said_by": "demo", "kind": "project.configured"}
        | {"body": body},
        *[with_moments(entry, now=now) for name in (HISTORY, IN_PROGRESS) for entry in read(name)["fact"]],
    ]
    facts = story.tell(entries, now=now, key="demo", where="the demo")
    team = replay_team([fact for fact in facts if fact.stream == "project/tf-m"], project="tf-m", as_of=now)
    assert team is not None
    found: dict[str, set[str]] = {}
    for stream in {fact.stream for fact in facts} - {"project/tf-m"}:
        case = replay([fact for fact in facts if fact.stream == stream], case=stream.removeprefix("case/"), as_of=now)
        assert case.began_at is not None
        policy = resolve(shipped(), "tf-m", case.began_at.astimezone(ZoneInfo(team.project.zone)).date())
        assert policy is not None
        for duty in duties(case, policy, team):
            found.setdefault(standing(duty, now), set()).add(f"{case.id} {duty.name} {duty.subject}".rstrip())
    return found


# Loaded in summer and winter time, at noon and in the night of the change, on a working day, a weekend and a holiday.
@pytest.mark.parametrize(
    "now",
    [NOW, *[datetime(2026, 12, 25, hour, tzinfo=UTC) for hour in (0, 11)]]
    + [datetime(2027, 3, 28, hour, 30, tzinfo=UTC) for hour in (0, 1, 12)]
    + [datetime(2027, 4, day, 23, 59, tzinfo=UTC) for day in (10, 11, 12)],
    ids=str,
)
def test_whenever_it_is_loaded_the_demo_shows_the_tasks_its_stories_mean(now: datetime) -> None:
    found = tasks(now=now)
    assert found["overdue"] == {
        "tf-m-3 tell the reporter what is new",
        "tf-m-3 remind a silent stakeholder brook-silicon",
    }
    assert found["open"] == {
        "tf-m-1 acknowledge",
        "tf-m-1 triage",
        "tf-m-1 project analysis",
        "tf-m-1 keep in touch with the reporter",
        "tf-m-2 keep in touch with the reporter",
        "tf-m-2 ask about credit",
        "tf-m-2 draft the advisory",
        "tf-m-2 decide on a secondary deferral brook-silicon",
        "tf-m-3 keep in touch with the reporter",
        "tf-m-3 ask about credit",
        "tf-m-3 approve the advisory",
        "tf-m-3 backport release/2.1.x",
        "tf-m-3 release the LTS branch release/2.3.x",
    }


def measured_rows() -> list[dict[str, str]]:
    if not MEASURED.exists():
        pytest.skip("no ../shared/data/advisory_fixes_tfa_tfm.csv beside the project: nothing to compare with")
    with MEASURED.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["project"] == "TF-M"]


def test_the_measured_fixes_of_branches_agree_with_the_story(history: list[Fact]) -> None:
    streams = {cve: stream for stream, cve in CVES.items()}
    rows = [row for row in measured_rows() if row["branch"] in MAINTAINED]
    measured = {
        (streams[row["cve"]], row["branch"]): (row["branch_commit"], row["first_tag"])
        for row in rows
        if row["first_tag"]
    }
    story_says = {
        (fact.stream, fact.body.branch): (fact.body.commit, fact.body.tag)
        for fact in history
        if isinstance(fact.body, FixReleased) and fact.body.branch in MAINTAINED
    }
    covered = {(streams[row["cve"]], row["branch"]) for row in rows}
    assert len(covered) == 40
    assert measured == {place: answer for place, answer in story_says.items() if place in covered}


def test_the_measured_fixes_of_hot_fix_releases_agree_with_the_story(history: list[Fact]) -> None:
    streams = {cve: stream for stream, cve in CVES.items()}
    tagged = {fact.body.tag: fact for fact in history if isinstance(fact.body, ReleaseTagged)}
    rows = [row for row in measured_rows() if row["branch"] in tagged and row["first_tag"]]
    assert rows
    for row in rows:
        stream = streams[row["cve"]]
        line = tagged[row["branch"]].body
        assert isinstance(line, ReleaseTagged)
        own = {body.branch: (body.commit, body.tag) for body in bodies(history, FixReleased, stream)}
        if line.branch in own:
            assert own[line.branch] == (row["branch_commit"], row["first_tag"])
        else:
            # The line was cut after the fix: same commit, first released on main no later than on the line.
            commit, tag = own["main"]
            assert (commit, row["evidence"]) == (row["branch_commit"], "same sha")
            assert tagged[tag].happened_at <= tagged[row["first_tag"]].happened_at


def test_the_evidence_of_a_backport_is_the_measured_one(history: list[Fact]) -> None:
    evidence = {row["branch_commit"]: row["evidence"] for row in measured_rows() if row["branch_commit"]}
    ports = bodies(history, BackportMerged)
    assert len(ports) == 8
    assert {port.commit: port.evidence for port in ports} == {port.commit: evidence[port.commit] for port in ports}
