"""Laws of a case: what is derived from facts depends on the facts alone, and visibility only widens."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.cases import states
from midstream.cases.case import Case, extend, replay
from midstream.cases.errors import Refused
from midstream.cases.states import WIDENING, cells
from midstream.cases.verbs import VERBS, decide
from midstream.cases.visibility import Sight, Viewer, sight, visible
from midstream.ledger.chain import head_of, record
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import Audience
from midstream.ledger.kinds.embargo import ParticipantRemoved
from midstream.ledger.kinds.intake import FactWithdrawn
from tests.strategies import CASE_KINDS, bodies, cases, changed, streams

VIEWERS = [
    *(Viewer(person=name) for name in ("ada", "ben", "ines", "eve", "")),
    Viewer(person="mara", teams=frozenset({"tf-m"})),
    Viewer(person="ines", areas=frozenset({("tf-m", "crypto")})),
    Viewer(person="ben", areas=frozenset({("tf-m", "boot"), ("tf-a", "crypto")})),
]


def derived(case: Case) -> list[object]:
    """Everything that is derived from a case alone."""
    single = (states.triage, states.embargo, states.fix, states.cve, states.severity)
    several = (states.parties, states.publications, states.areas, states.is_public, states.is_embargoed, cells)
    seen = [sight(who, case) for who in VIEWERS]
    return [case.project, case.title, case.began_at, *(of(case) for of in single), *(of(case) for of in several), seen]


@given(streams(), st.integers(0, 12))
def test_appending_is_replaying_all(facts: Sequence[Fact], cut: int) -> None:
    assert extend(replay(facts[:cut], case="c-1"), facts[cut:]) == replay(facts, case="c-1")


@given(streams(), st.integers(-1, 40))
def test_as_of_is_the_replay_of_what_was_recorded_by_then(facts: Sequence[Fact], hours: int) -> None:
    moment = facts[0].recorded_at + timedelta(hours=hours)
    known = [fact for fact in facts if fact.recorded_at <= moment]
    assert replay(facts, case="c-1", as_of=moment) == replay(known, case="c-1")


@given(cases())
def test_every_kind_is_in_the_order_it_happened(case: Case) -> None:
    for kind, facts in case.by_kind.items():
        assert facts
        assert {fact.kind for fact in facts} == {kind}
        moments = [(fact.happened_at, fact.number) for fact in facts]
        assert moments == sorted(moments)
    gone = {body.number for fact in case.facts if isinstance(body := fact.body, FactWithdrawn)}
    counting = {fact.number for facts in case.by_kind.values() for fact in facts}
    assert counting == {fact.number for fact in case.facts} - gone


@given(cases())
def test_every_state_can_be_told_of_any_case(case: Case) -> None:
    assert derived(case) == derived(replay(case.facts, case="c-1"))
    numbers = {fact.number for facts in case.by_kind.values() for fact in facts}
    for state in (states.triage(case), states.embargo(case), states.fix(case), states.severity(case)):
        assert set(state.because) <= numbers
        assert bool(state.because) is (state.since is not None)


@given(streams(kinds=set(CASE_KINDS) - {"fact.withdrawn"}), st.data())
def test_withdrawn_facts_count_for_nothing(facts: Sequence[Fact], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.integers(2, max(2, len(facts)))), label="withdrawn") - {len(facts) + 1}
    made = list(facts)
    for number in sorted(gone):
        recorded = made[-1].recorded_at
        body = FactWithdrawn(number=number, reason="a mistake")
        draft = Draft(stream="case/c-1", said_by="mara", happened_at=recorded, body=body)
        made += record(head_of(made, stream="case/c-1"), [draft], recorded_at=recorded, key="k")
    without = replay([fact for fact in facts if fact.number not in gone], case="c-1")
    found = replay(made, case="c-1")
    assert {kind: list(of) for kind, of in found.by_kind.items() if kind != "fact.withdrawn"} == without.by_kind
    assert found.facts == tuple(made)


CELL_KINDS = [kind for kind in CASE_KINDS if kind.startswith(("branch.", "backport.", "fix."))]


@given(streams(kinds=CELL_KINDS, max_size=5), st.data())
def test_cells_do_not_depend_on_the_order_of_recording(facts: Sequence[Fact], data: st.DataObject) -> None:
    moments = {fact.happened_at for fact in facts}
    if len(moments) < len(facts):
        return  # what happened at one instant is told in the order of recording
    order = data.draw(st.permutations(facts), label="order")
    renumbered = [changed(fact, number=number) for number, fact in enumerate(order, 1)]
    one, other = cells(replay(facts, case="c-1")), cells(replay(renumbered, case="c-1"))
    assert {name: (cell.word, cell.detail, cell.since) for name, cell in one.items()} == {
        name: (cell.word, cell.detail, cell.since) for name, cell in other.items()
    }


@given(cases(), st.sampled_from(VIEWERS))
def test_nobody_sees_a_fact_above_their_sight(case: Case, who: Viewer) -> None:
    seen = sight(who, case)
    shown = visible(case.facts, seen)
    assert all(fact.audience <= seen for fact in shown)
    assert (seen is Sight.TEAM) <= (shown == case.facts)
    if seen is Sight.PUBLIC:
        assert {fact.audience for fact in shown} <= {Audience.PUBLIC}
        assert any(kind in case.by_kind for kind in WIDENING)
    if seen is Sight.NOTHING:
        assert shown == ()


# Verbs that bear on visibility, once more than the others, so that they meet in one case.
TELLING = [*sorted(VERBS), *["invite", "remove", "name-component", "withdraw", "end-embargo", "agree-embargo"] * 5]


@settings(max_examples=150)
@given(streams(max_size=0), st.lists(st.sampled_from(TELLING), min_size=4, max_size=14), st.data())
def test_visibility_only_widens_except_by_removing_somebody(
    begun: Sequence[Fact], asked: list[str], data: st.DataObject
) -> None:
    """Whatever verbs are carried out, nobody but the person removed sees less afterwards, and public stays public.

    Withdrawing an invitation or the name of a code area is a removal too; nothing that made a case public is withdrawn.
    """
    case = replay(begun, case="c-1")
    at = begun[-1].recorded_at
    for name in asked:
        verb = VERBS[name]
        body = data.draw(bodies(verb.kind, pools=True))
        before = {who: sight(who, case) for who in VIEWERS}
        try:
            drafts = decide(verb, case, body, by="mara", at=at)
        except Refused:
            continue
        later = extend(case, record(head_of(case.facts, stream="case/c-1"), drafts, recorded_at=at, key="k"))
        floor = Sight.PUBLIC if states.is_public(case) else Sight.NOTHING
        assert states.is_public(later) >= states.is_public(case)
        narrows = isinstance(body, ParticipantRemoved | FactWithdrawn)
        for who, seen in before.items():
            assert sight(who, later) >= (floor if narrows else seen)
            if isinstance(body, ParticipantRemoved) and who.person != body.person:
                assert sight(who, later) == seen
        case = later
