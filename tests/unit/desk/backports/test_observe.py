"""What a repository shows becomes facts: once, again only when it changed, and nothing from silence."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from midstream.analysis.backports import Found, Hit, Rung, Verdict
from midstream.analysis.backports.trial import ConflictFile, Trial
from midstream.cases.errors import Refused
from midstream.cases.states import cells
from midstream.desk.backports.observe import Shown, observe
from midstream.desk.desk import WORKER, Desk
from midstream.desk.errors import NotFound
from midstream.policy.duties import standing
from tests.desks import COMMIT, OTHER_COMMIT, Clock, act, bare_desk, embargoed, equipped

LTS = "release/1.x"
PICKED = "77" * 20
REVERT = "88" * 20


@pytest.fixture
def desk() -> Desk:
    return equipped(bare_desk(clock=Clock()))


@pytest.fixture
def case(desk: Desk) -> str:
    name = embargoed(desk)
    act(desk, name, "mark-affected", branch=LTS)
    act(desk, name, "record-fix", commit=COMMIT)
    return name


def verdict(word: str, *, branch: str = LTS, hit: str = "", sure: str = "strong", **more: object) -> Verdict:
    rung = Rung.TRAILER
    found = Found(fix=COMMIT, hit=Hit(commit=hit, rung=rung, sure="strong") if hit else None)
    base = Verdict(fix="f", branch=branch, word="unknown", because="by its trailer", sure="strong", found=(found,))
    return msgspec.structs.replace(base, word=word, sure=sure, **more)


def trial(outcome: str, *files: str) -> Trial:
    whole = Trial(branch=LTS, target=OTHER_COMMIT, commits=(COMMIT,), outcome="clean", applied=(COMMIT,))
    named = tuple(ConflictFile(path=path, kinds=("content",)) for path in files)
    return msgspec.structs.replace(whole, outcome=outcome, files=named, applied=(), stopped_at=COMMIT if files else "")


def told(desk: Desk, case: str, *shown: Shown, by: str = WORKER) -> list[str]:
    """The kinds of the facts recorded."""
    return [fact.kind for fact in observe(desk, case, shown, by=by).facts]


FIXED = Shown(verdict=verdict("fixed", hit=PICKED, first_release="v1.2"), moments={PICKED: 1_795_000_000})
VULNERABLE = verdict("vulnerable")
CONFLICT = Shown(verdict=VULNERABLE, trial=trial("conflict", "a.c", "b.c"))
CLEAN = Shown(verdict=VULNERABLE, trial=trial("clean"))
EMPTY = Shown(verdict=VULNERABLE, trial=trial("empty"))
BROKEN = Shown(verdict=VULNERABLE, trial=trial("error"))
LIKELY = Shown(verdict=verdict("fixed", hit=PICKED, sure="likely", needs_look=True))
PARTLY = Shown(verdict=verdict("partly fixed", hit=PICKED))
UNAFFECTED = Shown(verdict=verdict("not affected", because="the flaw came in with v2.0, which it does not have"))


@pytest.mark.parametrize(
    ("shown", "kinds"),
    [
        ([FIXED], ["backport.merged", "fix.released"]),
        ([Shown(verdict=verdict("fixed", hit=PICKED))], ["backport.merged"]),
        ([CONFLICT], ["backport.conflicted"]),
        ([CLEAN], ["backport.tried"]),
        ([EMPTY], ["backport.tried"]),
        ([BROKEN], []),
        ([Shown(verdict=VULNERABLE)], []),
        ([LIKELY], ["fix.observed"]),
        ([PARTLY], ["fix.observed"]),
        ([Shown(verdict=verdict("unknown"))], []),
        ([Shown(verdict=verdict("past support"))], []),
        ([Shown(verdict=verdict("waived"))], []),
        ([UNAFFECTED], []),
        ([Shown(verdict=verdict("not affected", branch="release/2.x"))], ["branch.not_affected"]),
        ([Shown(verdict=verdict("not affected", branch="release/2.x", sure="weak"))], []),
        ([Shown(verdict=verdict("fixed", branch="main", hit=COMMIT), is_main=True)], []),
    ],
)
def test_what_is_shown_becomes_these_facts_and_only_once(
    desk: Desk, case: str, shown: Sequence[Shown], kinds: list[str]
) -> None:
    assert told(desk, case, *shown) == kinds
    assert told(desk, case, *shown) == []


def test_a_fix_of_the_main_line_is_recorded_as_that(desk: Desk) -> None:
    name = embargoed(desk, "acme-2")
    found = observe(desk, name, [Shown(verdict=verdict("fixed", branch="main", hit=COMMIT), is_main=True)], by="ada")
    assert [(fact.kind, fact.said_by) for fact in found.facts] == [("fix.merged", "ada")]


def test_a_changed_answer_is_told_and_one_that_comes_back_too(desk: Desk, case: str) -> None:
    other = Shown(verdict=VULNERABLE, trial=trial("conflict", "a.c"))
    assert told(desk, case, CONFLICT) == ["backport.conflicted"]
    desk.clock.pass_(hours=1)  # type: ignore[attr-defined]
    assert told(desk, case, other) == ["backport.conflicted"]
    desk.clock.pass_(hours=1)  # type: ignore[attr-defined]
    assert told(desk, case, CLEAN) == ["backport.tried"]
    desk.clock.pass_(hours=1)  # type: ignore[attr-defined]
    assert told(desk, case, CONFLICT) == ["backport.conflicted"]
    assert told(desk, case, CONFLICT) == []


def test_what_a_person_said_before_is_not_said_again(desk: Desk, case: str) -> None:
    act(desk, case, "record-conflict", branch=LTS, files="a.c,b.c")
    assert told(desk, case, CONFLICT) == []
    act(desk, case, "record-backport", branch=LTS, commit=PICKED)
    assert told(desk, case, Shown(verdict=verdict("fixed", hit=PICKED))) == []


def test_a_revert_is_told_and_a_fix_that_comes_back(desk: Desk, case: str) -> None:
    told(desk, case, FIXED)
    desk.clock.pass_(days=1)  # type: ignore[attr-defined]
    (found,) = FIXED.verdict.found
    gone = verdict("vulnerable", found=(msgspec.structs.replace(found, reverted_by=REVERT),))
    assert told(desk, case, Shown(verdict=gone)) == ["fix.reverted"]
    assert told(desk, case, Shown(verdict=gone)) == []
    known, _ = desk.case(case, by="ada")
    assert cells(known)[LTS].word == "reverted"
    desk.clock.pass_(days=1)  # type: ignore[attr-defined]
    assert told(desk, case, Shown(verdict=verdict("fixed", hit="99" * 20))) == ["backport.merged"]


def test_a_record_that_the_repository_does_not_bear_out_is_said(desk: Desk, case: str) -> None:
    act(desk, case, "record-backport", branch=LTS, commit=PICKED)
    assert told(desk, case, CLEAN) == ["fix.observed"]
    assert told(desk, case, CLEAN) == []


def test_the_backport_duty_is_met_by_what_was_observed(desk: Desk, case: str) -> None:
    def stands() -> str:
        known, _ = desk.case(case, by="ada")
        (duty,) = [duty for duty in desk.known(known).duties if duty.key == f"backport:{LTS}"]
        return standing(duty, desk.clock())

    assert stands() == "open"
    told(desk, case, CONFLICT)
    assert stands() == "open", "a conflict meets nothing: it is for an expert"
    told(desk, case, FIXED)
    assert stands() == "met"


def test_a_commit_of_the_future_happens_when_it_is_seen(desk: Desk, case: str) -> None:
    late = msgspec.structs.replace(FIXED, moments={PICKED: 4_000_000_000})
    merged, released = observe(desk, case, [late], by=WORKER).facts
    assert merged.happened_at == released.happened_at == desk.clock()
    early = msgspec.structs.replace(FIXED.verdict, branch="release/2.x")
    (first, _) = observe(desk, case, [Shown(verdict=early, moments={PICKED: 1_700_000_000})], by=WORKER).facts
    assert first.happened_at == datetime.fromtimestamp(1_700_000_000, UTC)


def test_the_digest_is_that_of_the_evidence(desk: Desk, case: str) -> None:
    (fact,) = observe(desk, case, [LIKELY], by=WORKER).facts
    digest = getattr(fact.body, "digest", "")
    assert len(digest) == 64
    other = msgspec.structs.replace(LIKELY, verdict=verdict("fixed", hit="99" * 20, sure="likely", needs_look=True))
    (changed,) = observe(desk, case, [other], by=WORKER).facts
    assert getattr(changed.body, "digest", "") != digest


def test_a_branch_the_project_does_not_know_is_refused_and_the_others_are_told(desk: Desk, case: str) -> None:
    strange = Shown(verdict=verdict("fixed", branch="elsewhere", hit=PICKED))
    found = observe(desk, case, [strange, CONFLICT], by=WORKER)
    assert [fact.kind for fact in found.facts] == ["backport.conflicted"]
    assert found.refused == ("Acme Boot has no branch 'elsewhere'",)


def test_a_closed_case_takes_nothing_more(desk: Desk, case: str) -> None:
    act(desk, case, "close", reason="all is done")
    found = observe(desk, case, [CONFLICT], by=WORKER)
    assert (found.facts, len(found.refused)) == ((), 1)


def test_who_may_not_see_a_case_records_nothing(desk: Desk, case: str) -> None:
    with pytest.raises(NotFound):
        observe(desk, case, [FIXED], by="stranger")
    act(desk, case, "end-embargo", reason="agreed")
    with pytest.raises(Refused):
        observe(desk, case, [FIXED], by="stranger")
