"""Replay: what a case is told by, in which order, and what counts."""

from datetime import timedelta

from midstream.cases.case import Case, extend, replay
from midstream.ledger.kinds import Unknown
from midstream.ledger.kinds.fix import FixMerged
from midstream.ledger.kinds.intake import CaseOpened, FactWithdrawn, NoteAdded, ReportAcknowledged, ReportReceived
from midstream.ledger.kinds.triage import PublicKnown
from tests.strategies import changed
from tests.telling import COMMIT, DAY, HOUR, START, At, case, facts

REPORT = ReportReceived(project="tf-m", channel="mail", title="An overflow")


def test_a_case_without_facts() -> None:
    empty = replay((), case="c-1")
    assert empty == Case(id="c-1", facts=(), by_kind={})
    assert (empty.number, empty.opening, empty.project, empty.title, empty.began_at) == (0, None, "", "", None)
    assert (empty.first(NoteAdded), empty.last(NoteAdded), empty.has(NoteAdded)) == (None, None, False)
    assert list(empty.all(NoteAdded)) == []


def test_what_began_the_case_names_it() -> None:
    told = case(NoteAdded(text="first"), CaseOpened(project="tf-m", title="A title"), REPORT)
    assert told.opening == CaseOpened(project="tf-m", title="A title")
    assert (told.project, told.title, told.number) == ("tf-m", "A title", 3)


def test_a_case_of_which_nothing_says_how_it_began_has_no_project() -> None:
    told = case(NoteAdded(text="only"))
    assert (told.opening, told.project, told.title) == (None, "", "")


def test_a_case_begins_with_its_first_report_else_with_the_first_thing_known() -> None:
    known = At(body=PublicKnown(), happened=START - DAY)
    early = At(body=REPORT, happened=START - HOUR)
    assert case(REPORT, known).began_at == START
    assert case(REPORT, early).began_at == START - HOUR
    assert case(CaseOpened(project="tf-m", title="t"), known).began_at == START - DAY


def test_facts_stay_in_the_order_of_recording_and_kinds_in_that_of_happening() -> None:
    told = case(*(At(body=NoteAdded(text=str(hour)), happened=START + hour * HOUR) for hour in (3, 1, 2, 2, 0)))
    assert [body.text for _, body in told.all(NoteAdded)] == ["0", "1", "2", "2", "3"]
    assert [fact.number for fact, _ in told.all(NoteAdded)] == [5, 2, 3, 4, 1]
    assert [fact.number for fact in told.facts] == [1, 2, 3, 4, 5]
    assert told.first(NoteAdded) == (told.facts[4], NoteAdded(text="0"))
    assert told.last(NoteAdded) == (told.facts[0], NoteAdded(text="3"))


def test_as_of_a_moment_only_what_was_recorded_by_then_counts() -> None:
    told = facts([REPORT, At(body=NoteAdded(text="late"), happened=START, recorded=START + DAY)])
    assert replay(told, case="c-1", as_of=START - HOUR).facts == ()
    assert replay(told, case="c-1", as_of=START).facts == told[:1]
    assert replay(told, case="c-1", as_of=START + DAY - timedelta(microseconds=1)).facts == told[:1]
    assert replay(told, case="c-1", as_of=START + DAY).facts == told


def test_a_withdrawn_fact_is_shown_but_does_not_count() -> None:
    told = case(REPORT, ReportAcknowledged(), NoteAdded(text="a"), FactWithdrawn(number=2, reason="a mistake"))
    assert [fact.number for fact in told.facts] == [1, 2, 3, 4]
    assert sorted(told.by_kind) == ["fact.withdrawn", "note.added", "report.received"]
    assert not told.has(ReportAcknowledged)
    assert told.number == 4


def test_of_several_facts_of_a_kind_only_the_withdrawn_one_goes() -> None:
    told = case(NoteAdded(text="a"), NoteAdded(text="b"), FactWithdrawn(number=1, reason="a mistake"))
    assert [body.text for _, body in told.all(NoteAdded)] == ["b"]


def test_withdrawing_what_is_not_there_changes_nothing() -> None:
    told = case(NoteAdded(text="a"), FactWithdrawn(number=9, reason="a mistake"))
    assert [body.text for _, body in told.all(NoteAdded)] == ["a"]


def test_extending_is_replaying_all() -> None:
    told = facts([REPORT, NoteAdded(text="a"), FactWithdrawn(number=2, reason="a mistake")])
    assert extend(replay(told[:1], case="c-1"), told[1:]) == replay(told, case="c-1")


def test_a_body_of_a_newer_version_counts_as_its_kind_but_is_not_read() -> None:
    fix = facts([FixMerged(commit=COMMIT)])[0]
    told = replay([changed(fix, body=Unknown(fields={"commit": "sha512:…"}))], case="c-1")
    assert told.has(FixMerged)
    assert list(told.all(FixMerged)) == []
