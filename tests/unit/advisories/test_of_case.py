"""Records from the facts of the demo: TF-M's real advisories, right where their pages are not."""

import functools
import tomllib
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from midstream.advisories.catalogue import state_of_fix
from midstream.advisories.of_case import record_of, releases_of, version_of
from midstream.advisories.public import public_part
from midstream.advisories.ranges import spans
from midstream.advisories.record import Advisory, Component, Line, Release
from midstream.cases.case import replay
from midstream.ledger import chain
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds.disclosure import AdvisoryEdited
from midstream.ledger.kinds.triage import ExploitActive
from midstream.ledger.story import tell
from midstream.project import Project, read_project

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@functools.cache
def demo() -> tuple[tuple[Fact, ...], Project, tuple[Release, ...]]:
    folder = files("midstream") / "demo"
    facts = tell(tomllib.loads((folder / "tf-m-history.toml").read_text())["fact"], now=NOW, key="demo", where="demo")
    project = read_project((folder / "midstream.toml").read_text())
    own = [fact for fact in facts if fact.stream == "project/tf-m"]
    return tuple(facts), project, releases_of(project=project, facts=own)


def record(number: int, *more: AdvisoryEdited | ExploitActive) -> Advisory:
    facts, project, releases = demo()
    own = [fact for fact in facts if fact.stream == f"case/tfmv-{number}"]
    case = replay(own, case=f"tfmv-{number}")
    if more:
        drafts = [Draft(stream=own[0].stream, said_by="mara", happened_at=NOW, body=body) for body in more]
        own += chain.record(chain.head_of(own, stream=own[0].stream), drafts, recorded_at=NOW, key="more")
        case = replay(own, case=case.id)
    return record_of(case=case, project=project, releases=releases, now=NOW)


RANGES = {
    1: [("1.0", "1.2.0")],
    4: [("1.4.0", "1.4.1")],
    6: [("1.6.0", "1.8.1")],
    7: [("1.3.0", "2.1.0")],
    8: [("1.6.0", "2.1.1")],
    # The page knows one fixed version; git has the fix in 2.1.3, 2.2.1 and 2.3.0.
    9: [("1.3.0", "2.1.3"), ("2.2.0", "2.2.1")],
    # In 2.1.6 and 2.3.1, and never in 2.2.x.
    10: [("1.0", "2.1.6"), ("2.2.0", "2.3.1")],
    11: [("2.3.0", "2.3.1")],
}


@pytest.mark.parametrize(("number", "wanted"), RANGES.items())
def test_ranges_follow_git(number: int, wanted: list[tuple[str, str]]) -> None:
    found = record(number)
    component = found.component[0]
    runs = spans(record=found, component=component, releases=demo()[2], counts={"affected"})
    assert [(span.start, span.end) for span in runs] == wanted
    assert all(span.is_fixed for span in runs)
    assert spans(record=found, component=component, releases=demo()[2], counts={"unknown"}) == ()


def test_branches_whose_support_ended_are_said() -> None:
    lines = {line.branch: line for line in record(10).component[0].line}
    assert lines["release/2.2.x"].status == "eol"
    assert lines["release/2.1.x"].fix[0].release == "2.1.6"
    assert lines["main"].fix[0].release == ""


@pytest.mark.parametrize(
    ("number", "words"),
    [
        # Every later branch was cut with the fix of main: none of them was ever fixed.
        (1, "Fixed in 1.2.0."),
        (5, "Fixed in 1.5.0. Support ended without a fix on TF-Mv1.4.1."),
        (6, "Fixed in 1.8.1 and 2.0.0. Support ended without a fix on release/1.6.x and release/1.7.x."),
        (11, "Fixed in 2.3.1. The fix is in main, and in no release of it yet."),
    ],
)
def test_the_state_of_the_fix_counts_what_was_fixed(number: int, words: str) -> None:
    assert state_of_fix(record(number)) == words


def test_branches_that_were_all_cleared_are_told_as_such() -> None:
    lines = tuple(Line(branch=name, status="not_affected") for name in ("main", "v1"))
    cleared = Advisory(state="published", component=(Component(line=lines),))
    assert state_of_fix(cleared) == "Not affected: main and v1."
    assert state_of_fix(Advisory(state="published")) == "Nobody has said yet which branches are affected."


def test_whoever_saw_it_exploited_is_not_named_in_public() -> None:
    found = record(9, ExploitActive(source="https://customer.example.org/incident"))
    assert found.exploitation.source
    public = public_part(found, now=NOW)
    assert (public.exploitation.status, public.exploitation.source) == ("active", "")


def test_what_was_written_for_participants_is_not_public() -> None:
    found = record(10)
    assert any("tfm_spe_mailbox.c" in line.note for line in found.component[0].line)
    public = public_part(found, now=NOW)
    assert not any(line.note for line in public.component[0].line)
    assert (public.id, public.ids.cve, public.state) == ("TFMV-10", "CVE-2026-54467", "published")


def test_credits_and_revisions_follow_the_facts() -> None:
    found = record(9)
    assert [(credit.name, credit.org, credit.consent) for credit in found.credit] == [
        ("Bartek Piekarski", "Arm", "public")
    ]
    assert found.revision[0].summary == "First published."
    assert "Fixed in 2.1.3." in [revision.summary for revision in found.revision]
    assert [revision.number for revision in found.revision] == [str(n) for n in range(1, len(found.revision) + 1)]


def test_texts_that_were_edited_count() -> None:
    found = record(
        9, AdvisoryEdited(summary="One.", impact="Two.", workarounds=("Three.",)), AdvisoryEdited(summary="Four.")
    )
    assert (found.summary, found.impact) == ({"en": "Four."}, {"en": "Two."})
    assert [advice.text for advice in found.workaround] == [{"en": "Three."}]
    assert found.revision[-1].summary == "Texts changed."


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("TF-Mv2.1.3", "2.1.3"),
        ("lts-v2.10.1", "2.10.1"),
        ("v4.2.0-rc1", "4.2.0-rc1"),
        ("mbedtls-3.6.0", "3.6.0"),
        ("3.1.0", "3.1.0"),
        ("nightly", "nightly"),
    ],
)
def test_a_tag_names_a_version(tag: str, version: str) -> None:
    assert version_of(tag) == version
