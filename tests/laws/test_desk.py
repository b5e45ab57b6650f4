"""Laws of the desk, over random commands: a refusal changes nothing, a success leaves a whole and provable store."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.cases.errors import Refused
from midstream.cases.verbs import VERBS
from midstream.desk import reading
from midstream.desk.desk import Desk
from midstream.desk.do import Order, do
from midstream.desk.errors import DeskError
from midstream.desk.moving import export_lines, import_lines, verify_ledger
from midstream.desk.projects import activate_policy, load_project, record_shift
from midstream.desk.worker import work_once
from midstream.ledger.errors import LedgerError
from midstream.ledger.kinds import Audience
from tests.desks import (
    COMMIT,
    CVES,
    DIGEST,
    POLICY,
    PROJECT,
    START,
    Clock,
    act,
    bare_desk,
    book,
    check_store,
    equipped,
    everything,
    opened,
    reported,
)

ASKED_WRONGLY = (Refused, DeskError, LedgerError)
PEOPLE = ("ada", "bob", "mia", "rel", "xeno", "eve", "")
CASES = ("acme-1", "acme-2", "acme-9", "acme-404")
VALUES: dict[str, tuple[object, ...]] = {
    "branch": ("main", "release/1.x", "release/2.x", "nowhere"),
    "into": ("main", "release/1.x", "nowhere"),
    "party": ("northcloud", "alder", "nobody"),
    "list": ("ess", "trusted"),
    "stage": ("primary", "secondary", "fix"),
    "task": ("triage", "acknowledge", "assign-cve", "backport:release/1.x", "none"),
    "person": ("xeno", "eve", "mia"),
    "to": ("bob", "nobody"),
    "capacity": ("expert", "stakeholder"),
    "pledge": (True, False),
    "of": ("acme-1", "acme-2", "acme-9", "acme-404"),
    "severity": ("high", "low", "odd"),
    "until": (START + timedelta(days=3), START + timedelta(days=200), START - timedelta(days=1), "now + 20 days"),
    "reason": ("out-of-scope", "expired", "A good reason.", "x"),
    "note": ("A note.", ""),
    "cve": (CVES[0], CVES[1], "CVE-2025-4242", "none"),
    "assigner": ("", "MITRE"),
    "commit": (COMMIT, "short"),
    "digest": (DIGEST, "cd" * 32),
    "number": (1, 2, 3, 4, 5, 99),
    "obligation": ("triage", "assign CVE", "odd"),
    "tag": ("v1.0", ""),
    "channel": ("website", ""),
    "area": ("crypto", "spm", ""),
    "component": ("loader",),
    "attendees": (3, -1),
    "files": (("a.c",), "a.c, b.c"),
}
ANYTHING = st.one_of(
    st.text(max_size=12), st.integers(), st.booleans(), st.none(), st.sampled_from(("a\x00b", "\ud800"))
)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Return a command that may or may not be allowed, with fields that may or may not fit."""
    verb = VERBS[draw(st.sampled_from(sorted(VERBS)))]
    fields: dict[str, object] = {}
    for name in verb.body.__struct_fields__:
        if draw(st.integers(0, 4)):
            wild = not draw(st.integers(0, 9))
            fields[name] = draw(ANYTHING if wild or name not in VALUES else st.sampled_from(VALUES[name]))
    return Order(
        verb=verb.name,
        case=draw(st.sampled_from(CASES)),
        fields=fields,
        by=draw(st.sampled_from(("ada", "ada", "ada", *PEOPLE))),
        key=draw(st.sampled_from(("", "", "k1", "k2"))),
        seen=draw(st.sampled_from((None, None, None, 1, 2, 99))),
        at=draw(st.sampled_from((None, None, START, START + timedelta(days=400)))),
    )


def a_desk() -> tuple[Desk, Clock]:
    clock = Clock()
    desk = equipped(bare_desk(clock=clock))
    reported(desk, "acme-1")
    reported(desk, "acme-2")
    opened(desk, "acme-9")
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)
    desk.store.put_blob("acme-1", b"The mail.")
    return desk, clock


def say(desk: Desk, commands: list[Order], clock: Clock) -> int:
    """Return how many of the commands were carried out."""
    done = 0
    for order in commands:
        clock.pass_(hours=1)
        try:
            do(desk, order)
        except ASKED_WRONGLY:
            continue
        done += 1
    return done


@settings(max_examples=60, deadline=None)
@given(st.lists(orders(), min_size=1, max_size=12))
def test_a_refused_command_changes_nothing_and_says_what_to_do(commands: list[Order]) -> None:
    desk, clock = a_desk()
    for order in commands:
        clock.pass_(hours=1)
        before = everything(desk)
        try:
            receipt = do(desk, order)
        except ASKED_WRONGLY as error:
            assert error.what  # noqa: PT017 - most commands are refused
            assert everything(desk) == before
            continue
        after = everything(desk)
        if receipt.repeated:
            assert after[0] == before[0]
        else:
            assert tuple(after[0][len(before[0]) :]) == receipt.facts
            assert after[0][: len(before[0])] == before[0]
    check_store(desk)


@settings(max_examples=40, deadline=None)
@given(st.lists(orders(), max_size=12), st.data())
def test_views_are_those_the_facts_give_whatever_changed(commands: list[Order], data: st.DataObject) -> None:
    desk, clock = a_desk()
    say(desk, commands, clock)
    for _ in range(data.draw(st.integers(1, 3))):
        now = clock.pass_(days=1)
        later = now + timedelta(days=7)
        match data.draw(st.integers(0, 3)):
            case 0:
                record_shift(desk, project="acme", person="bob", by="ada", starts_at=now, ends_at=later)
            case 1:
                record_shift(desk, project="acme", person="ada", by="ada", absent=True, starts_at=now, ends_at=later)
            case 2:
                days = data.draw(st.integers(1, 99))
                text = POLICY.replace("90 days", f"{days} days").replace("3 working days", f"{days} working days")
                activate_policy(desk, project="acme", book=book(text), by="ada")
            case _:
                zone = data.draw(st.sampled_from(("Asia/Tokyo", "America/Chicago")))
                load_project(desk, text=PROJECT.replace("Europe/London", zone), where="midstream.toml", by="ada")
        work_once(desk)
        check_store(desk)


@settings(max_examples=30, deadline=None)
@given(st.lists(orders(), max_size=15))
def test_export_then_import_gives_the_same_ledger(commands: list[Order]) -> None:
    desk, clock = a_desk()
    say(desk, commands, clock)
    other = bare_desk(clock=clock)
    lines = list(export_lines(desk))
    import_lines(other, lines, where="law")
    assert list(export_lines(other)) == lines
    assert everything(other)[:2] == everything(desk)[:2]
    assert not [line for line in verify_ledger(other).complaints if "is missing" not in line]
    assert import_lines(other, lines, where="law") == 0


def known(desk: Desk, by: str, now: datetime) -> list[object]:
    """Return all that the person is shown."""
    found: list[object] = [
        reading.cases(desk, by=by),
        reading.board(desk, by=by),
        reading.today(desk, by=by, now=now),
        reading.cases(desk, by=by, as_of=now),
        reading.today(desk, by=by, now=now, as_of=now),
    ]
    for case in CASES:
        try:
            shown = reading.show(desk, case, by=by)
        except DeskError as error:
            found.append(error.what)
        else:
            found.append((shown.title, shown.facts, shown.case, shown.clocks, shown.branches, shown.known.duties))
    return found


def test_the_commands_of_these_laws_are_carried_out_often_enough() -> None:
    """Laws about commands that are all refused would say little: of the verbs the team uses, most go through here."""
    done = set()
    for name, verb in VERBS.items():
        desk, clock = a_desk()
        for shift in range(6):
            fields = {
                field: VALUES[field][shift % len(VALUES[field])] if field in VALUES else "text"
                for field in verb.body.__struct_fields__
            }
            if say(desk, [Order(verb=name, case="acme-1", fields=fields, by="ada")], clock):
                done.add(name)
    assert len(done) > len(VERBS) / 3


@settings(max_examples=60, deadline=None)
@given(st.lists(orders(), min_size=1, max_size=12))
def test_facts_for_others_change_nothing_that_the_public_is_shown(commands: list[Order]) -> None:
    """Whoever is nobody in particular sees the same before and after a fact that is not public."""
    desk, clock = a_desk()
    for case in ("acme-1", "acme-9"):
        act(desk, case, "decline-embargo")
    shown = known(desk, "eve", clock())
    for order in commands:
        clock.pass_(hours=1)
        try:
            receipt = do(desk, order)
        except ASKED_WRONGLY:
            continue
        now = known(desk, "eve", clock())
        kinds = {fact.kind for fact in receipt.facts}
        takes_back = kinds & {"fact.withdrawn", "participant.invited"}  # of what was public, or of eve
        if not takes_back and all(fact.audience > Audience.PUBLIC for fact in receipt.facts):
            assert now == shown
        shown = now
