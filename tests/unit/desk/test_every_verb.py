"""Every verb through the desk: one long life of two cases, in which each verb records what it says it records."""

from datetime import timedelta

import pytest

from midstream.cases.errors import Refused
from midstream.cases.verbs import VERBS
from midstream.cases.visibility import Sight
from midstream.desk.desk import Desk
from midstream.desk.do import Order, do
from midstream.desk.errors import Misuse, NotFound
from tests.desks import COMMIT, DIGEST, OTHER_COMMIT, START, act, check_store, everything, reported

LIFE: list[tuple[str, str, str, dict[str, object]]] = [
    ("acme-1", "acknowledge", "ada", {"message_id": "ack@example.com"}),
    ("acme-1", "claim-role", "ada", {"role": "triager"}),
    ("acme-1", "claim", "ada", {"task": "triage"}),
    ("acme-1", "hand-over", "ada", {"task": "triage", "to": "bob", "note": "I am away on Monday."}),
    ("acme-1", "release-task", "bob", {"task": "triage"}),
    ("acme-1", "forward", "ada", {"to": "the maintainers"}),
    ("acme-1", "ask-reporter", "ada", {"question": "Which version?"}),
    ("acme-1", "record-answer", "ada", {"note": "Version 2."}),
    ("acme-1", "reject", "ada", {"reason": "out-of-scope"}),
    ("acme-1", "reopen", "ada", {"reason": "It is in scope after all."}),
    ("acme-1", "accept", "ada", {}),
    ("acme-1", "release-role", "ada", {"role": "triager"}),
    ("acme-1", "assess-criterion", "ada", {"criterion": "crosses a boundary", "verdict": "met"}),
    ("acme-1", "score", "ada", {"severity": "high", "vector": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"}),
    ("acme-1", "name-weakness", "ada", {"cwe": "CWE-787"}),
    ("acme-1", "name-component", "ada", {"component": "loader", "area": "crypto"}),
    ("acme-1", "propose-embargo", "ada", {"reason": "Devices need time."}),
    ("acme-1", "agree-embargo", "ada", {}),
    ("acme-1", "request-extension", "ada", {"until": "2027-04-01T09:00Z", "reason": "The fix is large."}),
    ("acme-1", "refuse-extension", "ada", {"reason": "It is not."}),
    ("acme-1", "extend-embargo", "ada", {"until": "2027-03-01T09:00Z", "reason": "A holiday is near."}),
    ("acme-1", "shorten-embargo", "ada", {"until": "2027-02-25T09:00Z", "reason": "The fix is ready."}),
    ("acme-1", "review", "ada", {"attendees": "4", "decision": "Keep the date."}),
    ("acme-1", "invite", "ada", {"person": "rosa@example.org", "capacity": "reporter", "pledge": "true"}),
    ("acme-1", "remove", "ada", {"person": "rosa@example.org", "reason": "Asked to be left out."}),
    ("acme-1", "update-reporter", "ada", {"trigger": "accepted"}),
    ("acme-1", "notify", "ada", {"party": "northcloud", "list": "ess"}),
    ("acme-1", "record-party", "ada", {"party": "northcloud", "status": "affected"}),
    (
        "acme-1",
        "request-deferral",
        "ada",
        {"party": "northcloud", "stage": "primary", "until": "now + 5 days", "reason": "Deployment."},
    ),
    (
        "acme-1",
        "grant-deferral",
        "ada",
        {"party": "northcloud", "stage": "primary", "until": "now + 5 days"},
    ),
    ("acme-1", "refuse-deferral", "ada", {"party": "northcloud", "stage": "primary", "reason": "On second thought."}),
    ("acme-1", "suspect-leak", "ada", {"where": "a blog"}),
    ("acme-1", "dismiss-leak", "ada", {"reason": "Another flaw."}),
    ("acme-1", "record-exploit-published", "ada", {"source": "https://example.org/poc"}),
    ("acme-1", "record-exploit-active", "ada", {"source": "https://example.org/seen"}),
    ("acme-1", "record-incident", "ada", {"summary": "A build server."}),
    ("acme-1", "tell-authority", "ada", {"subject": "exploited", "stage": "early-warning"}),
    ("acme-1", "record-authority-question", "ada", {"question": "Which products?"}),
    ("acme-1", "assign-cve", "ada", {}),
    ("acme-1", "tell-cve", "ada", {}),
    ("acme-1", "observe-cve", "ada", {"state": "RESERVED"}),
    ("acme-1", "record-introduced", "ada", {"release": "1.0", "confidence": "certain"}),
    ("acme-1", "propose-fix", "ada", {"private": "true"}),
    ("acme-1", "review-fix", "bob", {}),
    ("acme-1", "offer-fix", "ada", {}),
    ("acme-1", "offer-mitigation", "ada", {"note": "Switch it off."}),
    ("acme-1", "record-fix", "ada", {"commit": COMMIT}),
    ("acme-1", "mark-affected", "ada", {"branch": "release/1.x"}),
    (
        "acme-1",
        "clear-branch",
        "ada",
        {"branch": "release/2.x", "justification": "component_not_present", "evidence": "The file is not there."},
    ),
    ("acme-1", "record-trial", "ada", {"branch": "release/1.x", "outcome": "clean"}),
    ("acme-1", "record-conflict", "ada", {"branch": "release/1.x", "files": "a.c, b.c"}),
    ("acme-1", "open-backport", "ada", {"branch": "release/1.x", "url": "https://example.org/1"}),
    ("acme-1", "record-backport", "ada", {"branch": "release/1.x", "commit": OTHER_COMMIT}),
    ("acme-1", "inform-release-manager", "ada", {"branch": "release/1.x"}),
    ("acme-1", "record-release", "ada", {"branch": "release/1.x", "tag": "v1.2.3"}),
    ("acme-1", "record-validation", "ada", {"suite": "regression", "target": "v1.2.3", "outcome": "passed"}),
    (
        "acme-1",
        "observe-fix",
        "ada",
        {"branch": "release/1.x", "word": "partly fixed", "evidence": "1 of 2 commits"},
    ),
    ("acme-1", "record-revert", "ada", {"branch": "main", "commit": COMMIT}),
    ("acme-1", "waive", "ada", {"branch": "release/2.x", "reason": "Its support ends."}),
    ("acme-1", "tell-upstream", "ada", {"upstream": "libtls"}),
    (
        "acme-1",
        "edit-advisory",
        "ada",
        {
            "title": "Out of bounds write in the loader",
            "summary": "A crafted image writes past the end of a buffer.",
            "impact": "Code runs before the image is checked.",
            "workarounds": "Switch off loading from the network.",
            "references": "https://example.org/post",
        },
    ),
    ("acme-1", "draft-advisory", "ada", {"digest": DIGEST}),
    ("acme-1", "approve", "bob", {"digest": DIGEST}),
    ("acme-1", "grant-exception", "ada", {"obligation": "keep in touch", "reason": "The reporter left."}),
    ("acme-1", "record-public", "ada", {"url": "https://example.org/post"}),
    ("acme-1", "end-embargo", "ada", {"reason": "public"}),
    ("acme-1", "record-publication", "ada", {"channel": "website", "url": "https://example.org/1"}),
    ("acme-1", "confirm-publication", "ada", {"channel": "website"}),
    ("acme-1", "correct-publication", "ada", {"channel": "website", "reason": "A typing error."}),
    ("acme-1", "record-cve-published", "ada", {}),
    ("acme-1", "inform-users", "ada", {"how": "on the mailing list"}),
    ("acme-1", "accept-credit", "ada", {"person": "Rosa Lind"}),
    ("acme-1", "decline-credit", "ada", {"person": "Sam Okoro"}),
    ("acme-1", "write-release-note", "ada", {"branch": "main"}),
    ("acme-1", "reject-cve", "ada", {"reason": "It was a bug after all."}),
    ("acme-1", "note", "ada", {"text": "Nearly done."}),
    ("acme-1", "withdraw", "ada", {"number": "2", "reason": "That mail bounced."}),
    ("acme-1", "erase", "ada", {"reason": "The reporter asked."}),
    ("acme-1", "close", "ada", {"reason": "Nothing is left."}),
    ("acme-2", "decline-embargo", "ada", {"reason": "It is public."}),
    ("acme-2", "link-duplicate", "ada", {"of": "acme-3"}),
]


def test_a_life_told_verb_by_verb_uses_every_verb_and_records_its_fact(desk: Desk) -> None:
    for name in ("acme-1", "acme-2", "acme-3"):
        reported(desk, name)
    for case, verb, by, fields in LIFE:
        before = desk.store.head(f"case/{case}").number
        receipt = do(desk, Order(verb=verb, case=case, fields=fields, by=by))
        own = [fact for fact in receipt.facts if fact.stream == f"case/{case}"]
        assert [fact.number for fact in own] == [before + 1]
        assert [fact.kind for fact in own] == [VERBS[verb].kind]
        assert (own[0].said_by, own[0].happened_at, receipt.repeated) == (by, START, False)
        assert desk.store.facts(f"case/{case}")[-1] == own[0]
    assert {verb for _, verb, _, _ in LIFE} == set(VERBS)
    check_store(desk)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verb_is_for_the_team_or_for_participants_as_its_row_says(desk: Desk, verb: str) -> None:
    reported(desk)
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)
    fields = next(fields for _, name, _, fields in LIFE if name == verb)
    before = everything(desk)
    order = Order(verb=verb, case="acme-1", fields=fields, by="xeno")
    if VERBS[verb].least is Sight.TEAM:
        with pytest.raises(Refused, match=f"{verb} is not for you on acme-1") as caught:
            do(desk, order)
        assert "response team" in caught.value.hint
        assert everything(desk) == before
        return
    try:
        do(desk, order)
    except (Refused, Misuse) as error:
        # Allowed to ask, but not now; never "not for you".
        assert "not for you" not in error.what  # noqa: PT017 - most of them are simply recorded


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_somebody_who_does_not_see_the_case_is_told_that_it_is_not_there(desk: Desk, verb: str) -> None:
    reported(desk)
    before = everything(desk)
    for case in ("acme-1", "acme-404"):
        with pytest.raises(NotFound) as caught:
            do(desk, Order(verb=verb, case=case, fields={}, by="eve"))
        assert caught.value.what == f"no case is called {case!r} here"
    assert everything(desk) == before


def test_the_public_sees_a_public_case_but_does_nothing_on_it(desk: Desk) -> None:
    reported(desk)
    act(desk, "acme-1", "decline-embargo")
    with pytest.raises(Refused, match="note is not for you") as caught:
        act(desk, "acme-1", "note", by="eve", text="Hello.")
    assert "participant" in caught.value.hint


def test_a_moment_in_the_past_is_kept_as_when_it_happened(desk: Desk) -> None:
    reported(desk, at=START - timedelta(days=2))
    at = START - timedelta(days=1)
    [fact] = do(desk, Order(verb="acknowledge", case="acme-1", fields={}, by="ada", at=at)).facts
    assert (fact.happened_at, fact.recorded_at) == (at, START)
