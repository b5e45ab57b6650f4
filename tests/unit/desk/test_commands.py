"""Commands through the desk: names, defaults, limits, and what a refusal leaves behind: nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from midstream.cases.errors import Refused
from midstream.desk.desk import Desk
from midstream.desk.do import Order, do
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.projects import activate_policy, load_project
from midstream.ledger.fact import fields_of
from midstream.ledger.kinds.cve import CveAllocated
from midstream.ledger.kinds.embargo import ParticipantInvited
from midstream.ledger.kinds.intake import ReportRepeated
from midstream.policy.book import shipped
from tests.desks import (
    COMMIT,
    CVES,
    DIGEST,
    PROJECT,
    START,
    Clock,
    act,
    bare_desk,
    check_store,
    everything,
    opened,
    reported,
    tell,
)

# What is not there, and what is not for one to know


def test_unknown_forbidden_and_malformed_names_get_one_answer(desk: Desk) -> None:
    reported(desk, "acme-1")
    hints = set()
    for name in ("acme-1", "acme-2", "../acme-1", "ACME-1", "", "-", "acme 1", "é" * 9, "x" * 81, "acme-1\n"):
        with pytest.raises(NotFound) as caught:
            act(desk, name, "note", by="eve", text="x")
        assert caught.value.what == f"no case is called {name[:80]!r} here"
        hints.add(caught.value.hint)
    assert len(hints) == 1
    for name in ("acme-2", "ACME-1", "x" * 81):
        with pytest.raises(NotFound):
            act(desk, name, "note", by="ada", text="x")


def test_somebody_removed_no_longer_finds_the_case(desk: Desk) -> None:
    reported(desk)
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)
    act(desk, "acme-1", "name-weakness", by="xeno", cwe="CWE-1")
    act(desk, "acme-1", "remove", person="xeno", reason="Left the company.")
    with pytest.raises(NotFound):
        act(desk, "acme-1", "name-weakness", by="xeno", cwe="CWE-2")


def test_a_maintainer_of_the_named_area_is_a_participant(desk: Desk) -> None:
    reported(desk)
    with pytest.raises(NotFound):
        act(desk, "acme-1", "mark-affected", by="mia", branch="main")
    act(desk, "acme-1", "name-component", component="loader", area="crypto")
    assert act(desk, "acme-1", "mark-affected", by="mia", branch="main").facts


# Names


@pytest.mark.parametrize(
    ("verb", "fields", "what", "hint"),
    [
        ("acknowlege", {}, "no verb is called 'acknowlege'", "Did you mean 'acknowledge'?"),
        ("score", {"severty": "high"}, "score has no field 'severty'", "Did you mean 'severity'?"),
        ("score", {}, "score: the field is missing: `severity`", "Fields of score: severity=… [vector=…] [reason=…]"),
        ("score", {"severity": "hi"}, "score: severity: Invalid enum value 'hi'", "Fields of score"),
        ("mark-affected", {"branch": "release/1.y"}, "Acme Boot has no branch", "Did you mean 'release/1.x'?"),
        ("record-fix", {"commit": COMMIT, "into": "mian"}, "has no branch 'mian'", "Did you mean 'main'?"),
        ("notify", {"party": "northclod", "list": "ess"}, "'northclod' is not on", "party=northcloud list=ess"),
        ("notify", {"party": "northcloud", "list": "trusted"}, "is not on the list", "party=alder list=trusted"),
        ("claim", {"task": "triag"}, "acme-1 has no task 'triag'", "Did you mean 'triage'?"),
        ("release-task", {"task": "x"}, "acme-1 has no task 'x'", "There is: acknowledge, "),
        ("hand-over", {"task": "triage", "to": "bop", "note": "away"}, "nobody called 'bop'", "Did you mean 'bob'?"),
        ("grant-exception", {"obligation": "triag", "reason": "why not"}, "no obligation 'triag'", "'triage'?"),
        ("assign-cve", {"cve": "CVE-2026-99999"}, "is not a free id of Acme Boot", "assigner=NAME"),
        ("agree-embargo", {"until": "soon"}, "agree-embargo: until: 'soon' is no instant", "with its zone"),
        ("agree-embargo", {"until": "2027-01-01T10:00"}, "has no zone", "2026-11-20T09:30:00Z"),
        ("agree-embargo", {"until": "nowhere"}, "'nowhere' is no moment", "now - 3 days"),
        ("agree-embargo", {"until": "now + 9999999 weeks"}, "is no moment", "now - 3 days"),
        ("agree-embargo", {"until": "9999-12-31T23:00Z"}, "too far away to reckon with", "1970 to 2199"),
        ("agree-embargo", {"until": "2027-01-01T10:00+99:00"}, "is no instant", "with its zone"),
        ("note", {"text": "\udcff"}, "note: text: not text in UTF-8", "Write it in UTF-8."),
        ("agree-embargo", {"until": "now + 999999 weeks"}, "after the last year", "Name a shorter span."),
        ("review", {"attendees": "many"}, "review: attendees: Expected `int`", "attendees=…"),
        ("link-duplicate", {"of": "A B"}, "link-duplicate: of: ", "of=…"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_the_nearest(
    desk: Desk, verb: str, fields: dict[str, str], what: str, hint: str
) -> None:
    reported(desk)
    before = everything(desk)
    with pytest.raises(Misuse) as caught:
        do(desk, Order(verb=verb, case="acme-1", fields=fields, by="ada"))
    assert what in caught.value.what
    assert hint in caught.value.hint
    assert everything(desk) == before


def test_where_there_are_no_names_the_hint_says_so(clock: Clock) -> None:
    desk = bare_desk(clock=clock)
    text = (
        '[project]\nid = "bare"\nname = "Bare"\npolicy = "acme"\n[[person]]\nname = "ada"\nroles = ["response-team"]\n'
    )
    load_project(desk, text=text, where="midstream.toml", by="ada")
    opened(desk, "bare-1")
    for verb, fields, hint in (
        ("mark-affected", {"branch": "main"}, ""),
        ("claim", {"task": "triage"}, "It has no tasks."),
        ("grant-exception", {"obligation": "triage", "reason": "why not"}, "No policy was in force on the day"),
    ):
        with pytest.raises(Misuse) as caught:
            act(desk, "bare-1", verb, **fields)
        assert caught.value.hint.startswith(hint)
    # The main line may be left out of a project file; a branch may not.
    assert act(desk, "bare-1", "record-fix", commit=COMMIT).facts[0].body.into == "main"  # type: ignore[attr-defined]


def test_a_branch_that_facts_speak_of_stays_a_name(desk: Desk) -> None:
    opened(desk)
    act(desk, "acme-9", "mark-affected", branch="release/1.x")
    load_project(desk, text=PROJECT.replace("release/1.x", "release/3.x"), where="midstream.toml", by="ada")
    assert act(desk, "acme-9", "waive", branch="release/1.x", reason="Out of support.").facts


# Defaults


def test_fields_that_go_without_saying_are_filled_in(desk: Desk) -> None:
    reported(desk)
    act(desk, "acme-1", "accept")
    said = {
        "claim-role": act(desk, "acme-1", "claim-role", role="triager"),
        "claim": act(desk, "acme-1", "claim", by="bob", task="triage"),
        "review-fix": act(desk, "acme-1", "review-fix", by="bob"),
        "assign-cve": act(desk, "acme-1", "assign-cve"),
        "tell-cve": act(desk, "acme-1", "tell-cve"),
        "record-fix": act(desk, "acme-1", "record-fix", commit=COMMIT),
    }
    found = {verb: receipt.facts[0].body for verb, receipt in said.items()}
    assert found["claim-role"].person == "ada"  # type: ignore[attr-defined]
    assert found["claim"].person == "bob"  # type: ignore[attr-defined]
    assert found["review-fix"].reviewer == "bob"  # type: ignore[attr-defined]
    assert found["assign-cve"].cve == CVES[0]  # type: ignore[attr-defined]
    assert found["tell-cve"].cve == CVES[0]  # type: ignore[attr-defined]
    assert found["record-fix"].into == "main"  # type: ignore[attr-defined]
    assert [fact.body for fact in said["assign-cve"].facts[1:]] == [CveAllocated(cve=CVES[0], case="acme-1")]


def test_the_main_line_is_the_one_the_project_file_names(desk: Desk) -> None:
    load_project(desk, text=PROJECT.replace('"main"', '"trunk"'), where="midstream.toml", by="ada")
    reported(desk)
    assert act(desk, "acme-1", "record-fix", commit=COMMIT).facts[0].body.into == "trunk"  # type: ignore[attr-defined]


def test_each_case_gets_the_next_free_cve_and_then_there_is_none(desk: Desk) -> None:
    got = []
    for count in range(1, 4):
        case = reported(desk, f"acme-{count}")
        got.append(act(desk, case, "assign-cve").facts[0].body.cve)  # type: ignore[attr-defined]
    assert tuple(got) == CVES
    reported(desk, "acme-4")
    with pytest.raises(Refused, match="no free CVE id is left") as caught:
        act(desk, "acme-4", "assign-cve")
    assert "midstream project reserve" in caught.value.hint
    receipt = act(desk, "acme-4", "assign-cve", cve="CVE-2025-4242", assigner="MITRE")
    assert [fact.stream for fact in receipt.facts] == ["case/acme-4"]
    with pytest.raises(Refused, match="CVE-2025-4242 is assigned"):
        act(desk, "acme-4", "assign-cve", cve="CVE-2025-4243", assigner="MITRE")


# Two streams


def test_a_duplicate_is_told_to_both_cases_in_one_go(desk: Desk) -> None:
    reported(desk, "acme-1")
    reported(desk, "acme-2")
    receipt = act(desk, "acme-2", "link-duplicate", of="acme-1", independent="true")
    assert [(fact.stream, fact.kind) for fact in receipt.facts] == [
        ("case/acme-2", "duplicate.linked"),
        ("case/acme-1", "report.repeated"),
    ]
    assert receipt.facts[1].body == ReportRepeated(case="acme-2", independent=True)
    with pytest.raises(Refused, match="acme-2 is a duplicate of acme-1"):
        act(desk, "acme-2", "accept")
    check_store(desk)


def test_duplicates_make_no_circle_and_no_chain(desk: Desk) -> None:
    for count in (1, 2, 3):
        reported(desk, f"acme-{count}")
    act(desk, "acme-2", "link-duplicate", of="acme-1")
    before = everything(desk)
    for case, of, what in (
        ("acme-1", "acme-2", "acme-2 is already a duplicate of acme-1"),
        ("acme-1", "acme-1", "cannot be a duplicate of itself"),
        ("acme-3", "acme-2", "acme-2 is itself a duplicate of acme-1"),
    ):
        with pytest.raises(Refused, match=what):
            act(desk, case, "link-duplicate", of=of)
    assert everything(desk) == before


def test_a_duplicate_of_a_case_one_does_not_see_or_of_another_project_is_not_found(desk: Desk) -> None:
    other = PROJECT.replace('id = "acme"', 'id = "zeta"').replace('"ada"', '"zoe"').replace('"bob"', '"bea"')
    load_project(desk, text=other, where="midstream.toml", by="zoe")
    reported(desk, "acme-1")
    reported(desk, "zeta-1")
    tell(desk, "case/zeta-1", ParticipantInvited(person="ada", capacity="expert", pledge=True), by="zoe")
    before = everything(desk)
    for of in ("zeta-1", "zeta-2"):
        with pytest.raises(NotFound) as caught:
            act(desk, "acme-1", "link-duplicate", of=of)
        assert caught.value.what == f"no case is called {of!r} here"
    assert everything(desk) == before


# Guards that the desk must not lose


def test_an_author_does_not_approve_their_own_draft(desk: Desk) -> None:
    reported(desk)
    with pytest.raises(Refused, match="there is no draft"):
        act(desk, "acme-1", "approve", digest=DIGEST)
    act(desk, "acme-1", "draft-advisory", digest=DIGEST)
    with pytest.raises(Refused, match="an author does not approve"):
        act(desk, "acme-1", "approve", digest=DIGEST)
    with pytest.raises(Refused, match="not the latest draft"):
        act(desk, "acme-1", "approve", by="bob", digest="cd" * 32)
    assert act(desk, "acme-1", "approve", by="bob", digest=DIGEST).facts


def test_a_draft_without_a_digest_is_of_the_advisory_as_all_who_take_part_read_it(desk: Desk) -> None:
    reported(desk)
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)

    def drafted(by: str) -> str:
        return str(fields_of(act(desk, "acme-1", "draft-advisory", by=by).facts[0])["digest"])

    first = drafted("ada")
    act(desk, "acme-1", "note", text="For the team alone.")
    assert drafted("xeno") == first
    act(desk, "acme-1", "name-weakness", cwe="CWE-787")
    second = drafted("ada")
    assert second != first
    with pytest.raises(Refused, match="not the latest draft"):
        act(desk, "acme-1", "approve", by="bob", digest=first)
    assert act(desk, "acme-1", "approve", by="bob", digest=second).facts


def test_a_withdrawn_fact_counts_no_more_and_stays_on_record(desk: Desk) -> None:
    reported(desk)
    act(desk, "acme-1", "acknowledge")
    with pytest.raises(Refused, match=r"report\.acknowledged is on record: fact 2"):
        act(desk, "acme-1", "acknowledge")
    act(desk, "acme-1", "withdraw", number=2, reason="It bounced.")
    act(desk, "acme-1", "acknowledge")
    assert [fact.kind for fact in desk.store.facts("case/acme-1")][1:] == [
        "report.acknowledged",
        "fact.withdrawn",
        "report.acknowledged",
    ]
    for number in (1, 2, 3, 77):
        with pytest.raises(Refused):
            act(desk, "acme-1", "withdraw", number=number, reason="Why not?")
    check_store(desk)


def test_erasing_destroys_the_blobs_and_records_how_many(desk: Desk) -> None:
    reported(desk)
    for content in (b"The mail.", b"Its words.", b"Its words."):
        desk.store.put_blob("acme-1", content)
    [fact] = act(desk, "acme-1", "erase", reason="The reporter asked.").facts
    assert (fact.body.blobs, desk.store.blob_count("acme-1")) == (2, 0)  # type: ignore[attr-defined]
    again = act(desk, "acme-1", "erase", reason="The reporter asked.")
    assert (again.repeated, again.facts) == (True, (fact,))


def test_a_stop_between_the_fact_and_the_erasure_is_mended_by_repeating_it(desk: Desk) -> None:
    reported(desk)
    act(desk, "acme-1", "erase", reason="The reporter asked.")
    desk.store.put_blob("acme-1", b"What a stop would have left.")
    assert act(desk, "acme-1", "erase", reason="The reporter asked.").repeated
    assert desk.store.blob_count("acme-1") == 0


def test_how_many_blobs_were_erased_is_not_for_the_person_to_say(desk: Desk) -> None:
    reported(desk)
    [fact] = act(desk, "acme-1", "erase", reason="The reporter asked.", blobs=7).facts
    assert fact.body.blobs == 0  # type: ignore[attr-defined]


# Limits


def test_a_deferral_beyond_the_limit_is_refused_with_the_bound(desk: Desk, clock: Clock) -> None:
    reported(desk)
    act(desk, "acme-1", "notify", party="northcloud", list="ess")
    act(
        desk, "acme-1", "request-deferral", party="northcloud", stage="primary", until="now + 20 days", reason="Rollout"
    )
    clock.pass_(hours=3)
    before = everything(desk)
    grant: Any = {"party": "northcloud", "stage": "primary"}
    with pytest.raises(Refused) as caught:
        act(desk, "acme-1", "grant-deferral", **grant, until=START + timedelta(days=7, minutes=1))
    assert caught.value.what == "length of a deferral (A10) allows 7 days from 2026-11-20T09:30Z"
    assert caught.value.hint.startswith("At the latest 2026-11-27T09:30Z. With a reason")
    with pytest.raises(Refused):
        act(desk, "acme-1", "grant-deferral", **grant, until=START + timedelta(days=14, minutes=1), reason="Large")
    assert everything(desk) == before
    assert act(desk, "acme-1", "grant-deferral", **grant, until=START + timedelta(days=7)).facts
    assert act(desk, "acme-1", "grant-deferral", **grant, until=START + timedelta(days=14), reason="Large").facts


def test_the_shipped_policy_bounds_deferrals_as_its_clauses_say(clock: Clock) -> None:
    desk = bare_desk(clock=clock)
    text = PROJECT.replace('policy = "acme"', 'policy = "tf-m"').replace('"trusted"', '"trusted-stakeholders"')
    load_project(desk, text=text, where="midstream.toml", by="ada")
    activate_policy(desk, project="acme", book=shipped(), by="ada")
    reported(desk)
    act(desk, "acme-1", "accept")
    act(desk, "acme-1", "notify", party="northcloud", list="ess")
    act(desk, "acme-1", "offer-fix")
    ask: Any = {"party": "northcloud", "stage": "primary", "until": "now + 6 days", "reason": "Rollout."}
    clock.pass_(hours=25)
    with pytest.raises(Refused, match=r"time for asking for a primary deferral \(T7\)"):
        act(desk, "acme-1", "request-deferral", **ask)
    clock.now = START + timedelta(hours=23)
    act(desk, "acme-1", "request-deferral", **ask)
    with pytest.raises(Refused, match=r"length of a primary deferral \(T7\)"):
        act(desk, "acme-1", "grant-deferral", party="northcloud", stage="primary", until=START + timedelta(days=8))
    act(desk, "acme-1", "notify", party="alder", list="trusted-stakeholders")
    late: Any = {"party": "alder", "stage": "secondary", "until": "now + 5 days", "reason": "Rollout."}
    # Told on a Saturday: three working days in Taipei are over on Wednesday night.
    clock.now = datetime(2026, 11, 26, 9, tzinfo=UTC)
    with pytest.raises(Refused, match=r"time for asking for a secondary deferral \(T8\)"):
        act(desk, "acme-1", "request-deferral", **late)
    clock.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert act(desk, "acme-1", "request-deferral", **late).facts
