"""Who may see: the one rule, as a table of viewers and facts."""

import pytest

from midstream.cases.case import replay
from midstream.cases.states import is_public
from midstream.cases.visibility import Sight, Viewer, readers, sight, viewer, visible
from midstream.ledger.kinds import Audience, Body, Unknown
from midstream.ledger.kinds.disclosure import AdvisoryPublished
from midstream.ledger.kinds.embargo import (
    EmbargoAgreed,
    EmbargoDeclined,
    EmbargoEnded,
    ParticipantInvited,
    ParticipantRemoved,
)
from midstream.ledger.kinds.fix import FixMerged
from midstream.ledger.kinds.intake import CaseOpened, FactWithdrawn, NoteAdded, ReportAcknowledged, ReportReceived
from midstream.ledger.kinds.triage import ComponentNamed
from midstream.project import read_project
from tests.strategies import changed
from tests.telling import COMMIT, PROJECT, START, At, case, facts

REPORT = ReportReceived(project="tf-m", channel="mail", title="t", area="boot")
CRYPTO = ComponentNamed(component="crypto", area="crypto")
INVITE = ParticipantInvited(person="ada", capacity="expert")
REMOVE = ParticipantRemoved(person="ada", reason="left the company")
REMOVE_INES = ParticipantRemoved(person="ines", reason="conflict of interest")
PUBLIC = EmbargoEnded(reason="agreed")

TEAM = Viewer(person="mara", teams=frozenset({"tf-m"}))
OTHER_TEAM = Viewer(person="olaf", teams=frozenset({"tf-a"}))
ADA = Viewer(person="ada")
INES = Viewer(person="ines", areas=frozenset({("tf-m", "crypto")}))
ELSEWHERE = Viewer(person="eve", areas=frozenset({("tf-a", "crypto"), ("tf-m", "boot")}))
NOBODY = Viewer(person="")

#                                 team ada ines elsewhere
TABLE: list[tuple[list[Body | At], int, int, int, int]] = [
    ([REPORT], 3, 0, 0, 0),
    ([REPORT, EmbargoAgreed()], 3, 0, 0, 0),
    ([REPORT, INVITE], 3, 2, 0, 0),
    ([REPORT, INVITE, REMOVE], 3, 0, 0, 0),
    ([REPORT, INVITE, REMOVE, INVITE], 3, 2, 0, 0),
    ([REPORT, INVITE, FactWithdrawn(number=2, reason="wrong person")], 3, 0, 0, 0),
    ([REPORT, INVITE, At(body=REMOVE, happened=START)], 3, 0, 0, 0),  # what was recorded last counts
    ([REPORT, CRYPTO], 3, 0, 2, 0),
    ([REPORT, CRYPTO, FactWithdrawn(number=2, reason="wrong area")], 3, 0, 0, 0),
    ([REPORT, CRYPTO, REMOVE_INES], 3, 0, 0, 0),
    ([REPORT, CRYPTO, REMOVE_INES, PUBLIC], 3, 1, 1, 1),
    ([REPORT, PUBLIC], 3, 1, 1, 1),
    ([REPORT, EmbargoDeclined()], 3, 1, 1, 1),
    ([REPORT, AdvisoryPublished(channel="web")], 3, 1, 1, 1),
    ([REPORT, INVITE, PUBLIC], 3, 2, 1, 1),
    ([REPORT, INVITE, REMOVE, PUBLIC], 3, 1, 1, 1),
    ([NoteAdded(text="belongs to no project")], 0, 0, 0, 0),
    ([CaseOpened(project="tf-a", title="t"), CRYPTO], 0, 0, 0, 2),
]


@pytest.mark.parametrize(("told", "team", "ada", "ines", "elsewhere"), TABLE)
def test_who_sees_how_much(*, told: list[Body | At], team: int, ada: int, ines: int, elsewhere: int) -> None:
    found = case(*told)
    assert [sight(who, found) for who in (TEAM, ADA, INES, ELSEWHERE)] == [team, ada, ines, elsewhere]


@pytest.mark.parametrize("told", [row[0] for row in TABLE])
def test_nobody_in_particular_sees_only_what_is_public(told: list[Body | At]) -> None:
    found = case(*told)
    assert sight(NOBODY, found) is (Sight.PUBLIC if is_public(found) else Sight.NOTHING)


def test_a_team_sees_the_cases_of_its_own_project_only() -> None:
    assert sight(OTHER_TEAM, case(REPORT)) is Sight.NOTHING
    assert sight(OTHER_TEAM, case(CaseOpened(project="tf-a", title="t"))) is Sight.TEAM


def test_facts_are_shown_up_to_their_audience() -> None:
    told = facts([REPORT, ReportAcknowledged(), FixMerged(commit=COMMIT)])
    assert [fact.audience for fact in told] == [Audience.TEAM, Audience.PARTICIPANT, Audience.PUBLIC]
    shown = {seen: [fact.number for fact in visible(told, seen)] for seen in Sight}
    assert shown == {Sight.NOTHING: [], Sight.PUBLIC: [3], Sight.PARTICIPANT: [2, 3], Sight.TEAM: [1, 2, 3]}


def test_readers_are_named_by_the_last_word_on_each() -> None:
    told = case(REPORT, INVITE, ParticipantInvited(person="bo", capacity="expert"), REMOVE)
    assert readers(told) == {"ada": False, "bo": True}
    assert readers(case(REPORT)) == {}


def test_an_invitation_that_cannot_be_read_lets_nobody_in() -> None:
    """A newer version may invite in a way this one has no type for."""
    invited = facts([REPORT, INVITE])
    told = replay([invited[0], changed(invited[1], body=Unknown(fields={"group": "all"}))], case="c-1")
    assert readers(told) == {}
    assert sight(NOBODY, told) is Sight.NOTHING


def test_what_the_project_files_say_of_a_person() -> None:
    projects = {
        "tf-m": read_project(PROJECT),
        "tf-a": read_project(
            '[project]\nid = "tf-a"\nname = "A"\npolicy = "p"\n[[person]]\nname = "mara"\nareas = ["x"]'
        ),
    }
    assert viewer("mara", projects) == TEAM
    assert viewer("ines", projects) == INES
    assert viewer("eve", projects) == Viewer(person="eve")
    assert viewer("mara", {}) == Viewer(person="mara")
