"""Who sees what: a public case tells the public no more than its public facts, in whatever way it is asked."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from midstream.cases import states
from midstream.cases.case import replay
from midstream.cases.visibility import Sight
from midstream.desk import reading
from midstream.desk.desk import Desk
from midstream.desk.do import Order, do
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.projects import roster
from midstream.ledger.kinds import Audience
from tests.desks import COMMIT, OTHER_COMMIT, Clock, act, embargoed, opened, reported, tell

SECRETS = (
    "Key leaks",
    "rosa",
    "northcloud",
    "alder",
    "whispered",
    "ada",
    "bob",
    "triage",
    "accepted",
    "acknowledge",
    "affected",
    "waived",
)


@pytest.fixture
def public(desk: Desk, clock: Clock) -> str:
    """Is a case with much that is private, made public at last."""
    embargoed(desk)
    for verb, fields in (
        ("acknowledge", {}),
        ("claim-role", {"role": "triager"}),
        ("notify", {"party": "northcloud", "list": "ess"}),
        ("record-party", {"party": "northcloud", "status": "affected"}),
        ("mark-affected", {"branch": "release/1.x", "because": "whispered"}),
        ("waive", {"branch": "release/2.x", "reason": "whispered"}),
        ("suspect-leak", {"where": "whispered"}),
        ("score", {"severity": "high"}),
        ("assign-cve", {}),
        ("record-fix", {"commit": COMMIT}),
        ("record-backport", {"branch": "release/1.x", "commit": OTHER_COMMIT}),
        ("note", {"text": "whispered"}),
    ):
        act(desk, "acme-1", verb, **fields)
    clock.pass_(days=1)
    act(desk, "acme-1", "end-embargo", reason="agreed")
    act(desk, "acme-1", "record-publication", channel="website", url="https://example.org/1")
    clock.pass_(days=1)
    act(desk, "acme-1", "note", text="whispered")
    return "acme-1"


def words(value: object) -> Iterator[str]:
    """Yield every text in plain data, keys included."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (*words(key), *words(inner))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from words(inner)
    else:
        yield str(value)


@pytest.mark.parametrize("by", ["eve", "", "rel"])
def test_the_public_is_shown_a_case_made_of_its_public_facts_alone(desk: Desk, public: str, by: str) -> None:
    shown = reading.show(desk, public, by=by)
    facts = desk.store.facts(f"case/{public}")
    told = tuple(fact for fact in facts if fact.audience is Audience.PUBLIC)
    assert 0 < len(told) < len(facts)
    assert (shown.seen, shown.facts, shown.case) == (Sight.PUBLIC, told, replay(told, case=public))
    assert (shown.title, shown.clocks, shown.known.policy, shown.known.duties) == ("", {}, None, ())
    assert shown.case.number == told[-1].number < facts[-1].number
    assert {name: cell.word for name, cell in shown.branches.items()} == {
        "main": "merged",
        "release/1.x": "merged",
        "release/2.x": "unknown",
    }
    assert states.triage(shown.case).word == "not reported"
    assert states.parties(shown.case) == {}
    said = "\n".join(words(msgspec.to_builtins([shown.case, shown.facts, shown.title, shown.clocks, shown.branches])))
    said = said.replace("said_by\nada", "said_by")
    assert [secret for secret in SECRETS if secret in said] == []


@pytest.mark.parametrize("by", ["eve", "", "rel"])
def test_lists_tell_the_public_nothing_but_public_facts(desk: Desk, clock: Clock, public: str, by: str) -> None:
    reported(desk, "acme-2", title="Still private")
    for as_of in (None, clock()):
        [line] = reading.cases(desk, by=by, as_of=as_of)
        assert (line.case, line.title, line.number, line.severity) == (public, "", 0, "high")
        assert (line.triage, line.embargo, line.fix, line.policy) == ("", "", "", "")
        assert (line.began_at, line.public_at, line.next_due_at) == (None, None, None)
        assert reading.today(desk, by=by, now=clock(), as_of=as_of).tasks == []
    [row] = reading.board(desk, by=by)
    assert (row.title, {name: cell.word for name, cell in row.cells.items()}) == (
        "",
        {"main": "merged", "release/1.x": "merged"},
    )
    assert reading.why(desk, public, by=by, now=clock()) == []
    with pytest.raises(Misuse) as caught:
        reading.why(desk, public, by=by, now=clock(), task="triage")
    assert caught.value.hint == "It has no tasks for you to see."


def test_a_case_that_began_in_public_has_its_title_and_no_tasks_for_the_public(desk: Desk, clock: Clock) -> None:
    opened(desk)
    act(desk, "acme-9", "record-fix", commit=COMMIT)
    assert reading.today(desk, by="ada", now=clock()).tasks
    act(desk, "acme-9", "decline-embargo")
    shown = reading.show(desk, "acme-9", by="eve")
    assert (shown.title, shown.known.duties, shown.clocks) == ("From public history", (), {})
    assert [line.title for line in reading.cases(desk, by="eve")] == ["From public history"]
    assert reading.why(desk, "acme-9", by="eve", now=clock()) == []


def test_before_it_was_public_a_case_tells_the_public_what_is_public_now(desk: Desk, clock: Clock, public: str) -> None:
    """A past moment is shown by the facts that are public now and were recorded by then; lists keep it private."""
    private = clock() - timedelta(days=2)
    assert reading.cases(desk, by="eve", as_of=private) == []
    kinds = {fact.kind for fact in reading.show(desk, public, by="eve", as_of=private).facts}
    assert kinds == {"severity.scored", "cve.assigned", "fix.merged", "backport.merged"}
    with pytest.raises(Misuse):
        reading.show(desk, public, by="eve", as_of=private - timedelta(days=9))


def test_participants_see_tasks_and_title_but_only_the_facts_for_them(desk: Desk, clock: Clock) -> None:
    embargoed(desk)
    act(desk, "acme-1", "notify", party="northcloud", list="ess")
    act(desk, "acme-1", "mark-affected", branch="release/1.x")
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)
    shown = reading.show(desk, "acme-1", by="xeno")
    assert (shown.seen, shown.title) == (Sight.PARTICIPANT, "Key leaks")
    assert {fact.kind for fact in shown.facts} == {"report.accepted", "embargo.agreed", "branch.affected"}
    assert states.parties(shown.case) == {}
    assert shown.case.number == 5
    mine = {task.task for task in reading.today(desk, by="xeno", now=clock()).tasks}
    whole = {task.task for task in reading.today(desk, by="ada", now=clock()).tasks}
    assert mine == whole
    listed = {entry.duty.key: entry for entry in reading.why(desk, "acme-1", by="xeno", now=clock())}
    assert mine < listed.keys()
    # The fact it follows from is for the team alone: its number is told, not the fact.
    assert (listed["acknowledge"].duty.because, listed["acknowledge"].opened_by) == ((1,), ())
    assert listed["tell-ess:northcloud"].closed_by is None
    assert shown.clocks.keys() == {"public date"}
    assert reading.cases(desk, by="xeno") == reading.cases(desk, by="ada")


def test_a_participant_invited_before_there_is_a_fact_for_them_sees_title_and_tasks(desk: Desk) -> None:
    reported(desk)
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)
    shown = reading.show(desk, "acme-1", by="xeno")
    assert (shown.title, shown.facts, shown.case.number) == ("Key leaks", (), 0)
    assert [duty.name for duty in shown.known.duties] == ["acknowledge", "triage", "keep in touch"]
    with pytest.raises(Misuse) as caught:
        do(desk, Order(verb="note", case="acme-1", fields={"text": "Hello."}, by="xeno", seen=99))
    assert caught.value.hint == "It stands at fact 0."


def test_an_embargoed_case_is_nowhere_for_an_outsider(desk: Desk, clock: Clock) -> None:
    embargoed(desk)
    for by in ("eve", "", "mia", "rel"):
        assert reading.cases(desk, by=by) == []
        assert reading.board(desk, by=by) == []
        assert reading.today(desk, by=by, now=clock()).tasks == []
        for read in (
            lambda by=by: reading.show(desk, "acme-1", by=by),
            lambda by=by: reading.why(desk, "acme-1", by=by, now=clock()),
        ):
            with pytest.raises(NotFound, match="no case is called 'acme-1' here"):
                read()


def test_the_roster_is_for_the_people_of_the_project(desk: Desk) -> None:
    assert roster(desk, project="acme", by="rel").project.id == "acme"
    told = set()
    for project in ("acme", "nowhere"):
        with pytest.raises(NotFound) as caught:
            roster(desk, project=project, by="eve")
        told.add((caught.value.what.replace(project, "…"), caught.value.hint))
    assert len(told) == 1


def test_a_case_that_does_not_say_its_project_is_seen_by_nobody(desk: Desk) -> None:
    from midstream.ledger.kinds.intake import NoteAdded  # noqa: PLC0415 - one test needs it

    tell(desk, "case/stray", NoteAdded(text="Lost."))
    for by in ("ada", "worker", "eve"):
        with pytest.raises(NotFound):
            reading.show(desk, "stray", by=by)
