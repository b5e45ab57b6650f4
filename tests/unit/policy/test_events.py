"""Events: which facts the words of a policy name."""

import re

import pytest

from midstream.ledger.kinds import Body
from midstream.ledger.kinds.embargo import EmbargoAgreed, ParticipantInvited, PartyTold
from midstream.ledger.kinds.fix import BackportMerged, FixAvailable
from midstream.ledger.kinds.intake import NoteAdded
from midstream.ledger.kinds.triage import SeverityScored
from midstream.policy.events import Lead, parse_event
from midstream.policy.spans import Span
from tests.telling import COMMIT, HOUR, START, At, case


@pytest.mark.parametrize(
    "text",
    ["fix.available", "party.told list=ess", "severity.scored severity=high|critical vector=x", "embargo.agreed"],
)
def test_an_event_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_event(text)) == text


def test_a_lead_is_written_as_a_policy_writes_it() -> None:
    assert str(Lead(span=Span(count=14, unit="day"), clock="public date")) == "14 days before public date"


@pytest.mark.parametrize(
    ("kind", "branch", "party", "until"),
    [
        ("backport.merged", True, False, False),
        ("party.told", False, True, False),
        ("deferral.granted", False, True, True),
        ("embargo.agreed", False, False, True),
        ("fix.available", False, False, False),
    ],
)
def test_an_event_knows_what_its_kind_speaks_of(*, kind: str, branch: bool, party: bool, until: bool) -> None:
    event = parse_event(kind)
    assert (event.has_branch, event.has_party, event.has_until) == (branch, party, until)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fix.availabel", "no fact kind is called 'fix.availabel'. Did you mean 'fix.available'?"),
        ("party.told lst=ess", "party.told has no field 'lst'. Did you mean 'list'?"),
        ("party.told list", "'list' is not FIELD=VALUE; write for instance 'party.told list=ess'"),
        ("party.told list=", "'list=' is not FIELD=VALUE; write for instance 'party.told list=ess'"),
        ("party.told list = ess", "'list' is not FIELD=VALUE; write for instance 'party.told list=ess'"),
        ("  ", "no fact kind is called ''. There is: "),
    ],
)
def test_what_is_no_event(text: str, message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        parse_event(text)


@pytest.mark.parametrize(
    ("text", "body", "fits"),
    [
        ("severity.scored", SeverityScored(severity="low"), True),
        ("severity.scored severity=high|critical", SeverityScored(severity="critical"), True),
        ("severity.scored severity=high|critical", SeverityScored(severity="low"), False),
        ("severity.scored severity=high vector=x", SeverityScored(severity="high", vector="y"), False),
        ("participant.invited pledge=true", ParticipantInvited(person="a", capacity="expert", pledge=True), True),
        ("participant.invited pledge=true", ParticipantInvited(person="a", capacity="expert"), False),
        ("participant.invited pledge=false", ParticipantInvited(person="a", capacity="expert"), True),
        ("embargo.agreed until=None", EmbargoAgreed(), True),
    ],
)
def test_fields_narrow_an_event(*, text: str, body: Body, fits: bool) -> None:
    assert parse_event(text).fits(body) is fits


TOLD = case(
    NoteAdded(text="a"),
    PartyTold(party="alder", list="ess"),
    PartyTold(party="brook", list="partners"),
    At(body=PartyTold(party="brook", list="ess"), happened=START - HOUR),
    BackportMerged(branch="lts-1", commit=COMMIT),
    FixAvailable(),
)


@pytest.mark.parametrize(
    ("text", "branch", "party", "numbers"),
    [
        ("party.told", "", "", [4, 2, 3]),
        ("party.told list=ess", "", "", [4, 2]),
        ("party.told", "", "brook", [4, 3]),
        ("party.told list=ess", "", "brook", [4]),
        ("party.told list=none", "", "", []),
        ("party.told", "lts-1", "", [4, 2, 3]),  # speaks of no branch
        ("backport.merged", "lts-1", "", [5]),
        ("backport.merged", "v2", "", []),
        ("backport.merged", "", "brook", [5]),  # speaks of no party
        ("fix.available", "v2", "brook", [6]),
        ("public.known", "", "", []),
    ],
)
def test_the_facts_an_event_names(text: str, branch: str, party: str, numbers: list[int]) -> None:
    assert [fact.number for fact in parse_event(text).of(TOLD, branch=branch, party=party)] == numbers
