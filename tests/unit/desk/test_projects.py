"""What the desk knows of a project: its file, policy, rotation, CVE ids and releases; and that duties follow them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from midstream.cases.errors import Refused
from midstream.desk import reading
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.projects import (
    activate_policy,
    load_project,
    record_shift,
    reserve_cves,
    roster,
    set_up,
    tag_release,
)
from midstream.ledger.errors import BadFact
from midstream.ledger.kinds.process import RotationShift
from midstream.policy.errors import PolicyError
from midstream.project import ProjectError
from tests.desks import (
    COMMIT,
    CVES,
    OTHER_COMMIT,
    POLICY,
    PROJECT,
    START,
    Clock,
    act,
    bare_desk,
    book,
    check_store,
    everything,
    reported,
    tell,
)

DAY = timedelta(days=1)
LONGER = POLICY.replace('within = "2 days"', 'within = "4 days"').replace('version = "1"', 'version = "2"')


def due(desk: Desk, task: str) -> object:
    return next(entry.due_at for entry in reading.today(desk, by="ada", now=desk.clock()).tasks if entry.task == task)


def test_a_file_is_recorded_when_it_changed_and_only_then(desk: Desk) -> None:
    before = everything(desk)
    assert load_project(desk, text=PROJECT, where="midstream.toml", by="bob") == ()
    assert everything(desk) == before
    changed = PROJECT.replace("Acme Boot", "Acme Loader")
    [fact] = load_project(desk, text=changed, where="midstream.toml", by="bob")
    assert (fact.kind, fact.stream, fact.said_by) == ("project.configured", "project/acme", "bob")
    assert desk.team("acme").project.name == "Acme Loader"
    assert len(load_project(desk, text=PROJECT, where="midstream.toml", by="bob")) == 1
    assert desk.team("acme").project.name == "Acme Boot"


def test_a_loaded_project_is_changed_by_its_team_alone(desk: Desk) -> None:
    before = everything(desk)
    taken_over = PROJECT.replace('"ada"', '"eve"')
    for by in ("eve", "mia", ""):
        with pytest.raises(Refused, match="is not on the response team of acme"):
            load_project(desk, text=taken_over, where="midstream.toml", by=by)
    assert everything(desk) == before


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('kind = "lts"\nsupported', 'kind = "ltss"\nsupported', 18, "kind"),
        ('zone = "Europe/Paris"', 'zone = "Europe/Pari"', 23, "no time zone"),
        ('holidays = "FR"', 'holidays = "FRA-X"', 26, "no public holidays are known for 'FRA-X'"),
        ('name = "bob"', 'name = "worker"', 29, "nobody may be called 'worker'"),
        ("[[party]]", "[[partei]]", 44, "partei"),
    ],
)
def test_a_file_with_a_mistake_is_refused_naming_its_line(desk: Desk, old: str, new: str, line: int, what: str) -> None:
    before = everything(desk)
    text = PROJECT.replace(old, new, 1)
    assert text != PROJECT
    with pytest.raises(ProjectError) as caught:
        load_project(desk, text=text, where="own.toml", by="ada")
    assert caught.value.where == f"own.toml:{line}"
    assert what in caught.value.what
    assert caught.value.hint
    assert everything(desk) == before


def test_an_activated_policy_moves_the_duties_of_all_cases_at_once(desk: Desk) -> None:
    reported(desk, "acme-1")
    reported(desk, "acme-2")
    assert due(desk, "acknowledge") == START + 2 * DAY
    [fact] = activate_policy(desk, project="acme", book=book(LONGER), by="bob")
    assert (fact.kind, fact.body.files) == ("policy.activated", ("policy-0.toml",))  # type: ignore[attr-defined]
    assert {
        entry.due_at for entry in reading.today(desk, by="ada", now=START).tasks if entry.task == "acknowledge"
    } == {START + 4 * DAY}
    assert activate_policy(desk, project="acme", book=book(LONGER), by="bob") == ()
    check_store(desk)


@pytest.mark.parametrize(
    ("text", "error", "mistake"),
    [
        (POLICY.replace('do = "acknowledge"', 'do = "acknowlege"'), PolicyError, '"acknowlege"'),
        (POLICY.replace('after = "report.accepted"', 'after = "report.acepted"', 1), PolicyError, '"report.acepted"'),
        (POLICY.replace('before = "public date"', 'before = "pubic date"'), PolicyError, '"pubic date"'),
        (POLICY.replace("[policy]\n", '[policy]\nextends = ["base"]\n'), PolicyError, '"base"'),
        (POLICY.replace('name = "acme"', 'name = "acne"'), Misuse, ""),
    ],
)
def test_a_policy_that_cannot_be_used_is_refused(
    desk: Desk, text: str, error: type[PolicyError | Misuse], mistake: str
) -> None:
    reported(desk)
    before = everything(desk)
    with pytest.raises((PolicyError, Misuse)) as caught:
        activate_policy(desk, project="acme", book=book(text), by="ada")
    assert isinstance(caught.value, error)
    if mistake:
        line = text[: text.index(mistake)].count("\n") + 1
        assert caught.value.what.startswith(f"policy-0.toml:{line}: ")
    assert caught.value.hint
    assert everything(desk) == before


def test_a_project_is_set_up_whole_or_not_at_all(clock: Clock) -> None:
    desk = bare_desk(clock=clock)
    for text, by, error in (
        (PROJECT.replace('policy = "acme"', 'policy = "acne"'), "ada", Misuse),
        (PROJECT.replace("Europe/Paris", "Europe/Pari"), "ada", ProjectError),
        (PROJECT, "mia", Refused),
        (PROJECT, "eve", Refused),
        (PROJECT, "", Refused),
    ):
        with pytest.raises(error):
            set_up(desk, text=text, where="midstream.toml", book=book(), by=by)
        assert everything(desk)[0] == []
    facts = set_up(desk, text=PROJECT, where="midstream.toml", book=book(), by="ada")
    assert [fact.kind for fact in facts] == ["project.configured", "policy.activated"]
    assert set_up(desk, text=PROJECT, where="midstream.toml", book=book(), by="ada") == ()
    with pytest.raises(Misuse, match="no policy is called") as caught:
        set_up(desk, text=PROJECT, where="midstream.toml", book=book(POLICY.replace("acme", "zeta")), by="ada")
    assert caught.value.hint == "There is: zeta."


def test_a_shift_moves_the_duties_reckoned_in_the_zone_of_who_is_on_duty(desk: Desk) -> None:
    reported(desk)
    there = due(desk, "triage")
    record_shift(desk, project="acme", person="bob", starts_at=START, ends_at=START + DAY, by="bob", absent=False)
    [fact] = record_shift(
        desk, project="acme", person="ada", starts_at=START, ends_at=START + DAY, by="ada", absent=True
    )
    assert fact.kind == "absence.recorded"
    [task] = [entry for entry in reading.today(desk, by="ada", now=START).tasks if entry.task == "triage"]
    assert (task.zone, there) == ("UTC", task.due_at)
    assert roster(desk, project="acme", by="rel").on_duty(START) == "bob"
    check_store(desk)


def test_the_same_shift_again_changes_nothing(desk: Desk) -> None:
    def shift(*, absent: bool) -> int:
        facts = record_shift(
            desk, project="acme", person="bob", starts_at=START, ends_at=START + DAY, by="ada", absent=absent
        )
        return len(facts)

    assert (shift(absent=False), shift(absent=False), shift(absent=True), shift(absent=True)) == (1, 0, 1, 0)


def test_a_shift_that_cannot_be_is_refused(desk: Desk) -> None:
    before = everything(desk)
    with pytest.raises(Misuse, match="it ends before it begins"):
        record_shift(desk, project="acme", person="bob", starts_at=START, ends_at=START, by="ada")
    with pytest.raises(Misuse, match="acme has nobody called 'bop'") as caught:
        record_shift(desk, project="acme", person="bop", starts_at=START, ends_at=START + DAY, by="ada")
    assert caught.value.hint == "Did you mean 'bob'?"
    # Nobody outside learns the names by trying.
    with pytest.raises(Refused, match="eve is not on the response team"):
        record_shift(desk, project="acme", person="bop", starts_at=START, ends_at=START + DAY, by="eve")
    assert everything(desk) == before


def test_a_cve_id_is_reserved_once(desk: Desk) -> None:
    with pytest.raises(Refused, match="CVE-2026-10001 is reserved already"):
        reserve_cves(desk, project="acme", cves=["CVE-2026-20000", CVES[0]], by="ada")
    reported(desk)
    act(desk, "acme-1", "assign-cve")
    with pytest.raises(Refused, match="CVE-2026-10001 is reserved already"):
        reserve_cves(desk, project="acme", cves=[CVES[0]], by="ada")
    [fact] = reserve_cves(desk, project="acme", cves=["CVE-2027-20000", "CVE-2027-20000"], by="bob")
    assert (fact.body.year, fact.body.cves) == (2027, ("CVE-2027-20000",))  # type: ignore[attr-defined]
    assert desk.team("acme").free_cves == (*CVES[1:], "CVE-2027-20000")


@pytest.mark.parametrize("cves", [[], ["CVE-2026-20000", "CVE-2027-20000"], ["nothing"], ["CVE-x-20000"]])
def test_a_block_is_of_one_year(desk: Desk, cves: list[str]) -> None:
    with pytest.raises(Misuse, match="CVE ids of one year"):
        reserve_cves(desk, project="acme", cves=cves, by="ada")


def test_an_id_that_is_none_is_refused(desk: Desk) -> None:
    before = everything(desk)
    with pytest.raises(BadFact):
        reserve_cves(desk, project="acme", cves=["CVE-2026-1"], by="ada")
    assert everything(desk) == before


def test_a_tag_never_moves(desk: Desk) -> None:
    def tag(commit: str, branch: str = "release/1.x") -> int:
        return len(tag_release(desk, project="acme", tag="v1.0", branch=branch, commit=commit, by="ada"))

    assert (tag(COMMIT), tag(COMMIT)) == (1, 0)
    with pytest.raises(Refused, match=r"v1\.0 is recorded as 1f2e1f2e1f2e on release/1.x"):
        tag(OTHER_COMMIT)
    with pytest.raises(Refused):
        tag(COMMIT, "release/2.x")
    with pytest.raises(Misuse, match="acme has no branch") as caught:
        tag(COMMIT, "release/1.y")
    assert caught.value.hint == "Did you mean 'release/1.x'?"
    assert len(tag_release(desk, project="acme", tag="v1.1", branch="release/1.x", commit=COMMIT, by="ada")) == 1
    assert [release.tag for release in desk.team("acme").releases] == ["v1.0", "v1.1"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda desk, by: activate_policy(desk, project="acme", book=book(LONGER), by=by),
        lambda desk, by: record_shift(desk, project="acme", person="bob", starts_at=START, ends_at=START + DAY, by=by),
        lambda desk, by: reserve_cves(desk, project="acme", cves=["CVE-2026-20000"], by=by),
        lambda desk, by: tag_release(desk, project="acme", tag="v1", branch="main", commit=COMMIT, by=by),
    ],
)
def test_only_the_response_team_records_what_is_the_projects(desk: Desk, ask: Callable[[Desk, str], object]) -> None:
    before = everything(desk)
    for by in ("eve", "mia", "rel", ""):
        with pytest.raises(Refused, match=f"{by or 'nobody'} is not on the response team of acme") as caught:
            ask(desk, by)
        assert "--as NAME" in caught.value.hint
    assert everything(desk) == before
    assert ask(desk, "bob")


def test_a_project_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no project is called 'zeta' here") as caught:
        activate_policy(desk, project="zeta", book=book(), by="ada")
    assert "midstream project load" in caught.value.hint


def test_the_roster_of_a_past_moment(desk: Desk, clock: Clock) -> None:
    clock.pass_(days=1)
    record_shift(desk, project="acme", person="bob", starts_at=START, ends_at=START + 9 * DAY, by="ada")
    assert len(roster(desk, project="acme", by="mia").shifts) == 2
    assert len(roster(desk, project="acme", by="mia", as_of=START).shifts) == 1
    with pytest.raises(Misuse, match="acme was not loaded at that moment"):
        roster(desk, project="acme", by="mia", as_of=START - DAY)


def test_a_project_without_branches_says_that_there_is_none(clock: Clock) -> None:
    desk = bare_desk(clock=clock)
    text = (
        '[project]\nid = "bare"\nname = "Bare"\npolicy = "acme"\n[[person]]\nname = "ada"\nroles = ["response-team"]\n'
    )
    load_project(desk, text=text, where="midstream.toml", by="ada")
    with pytest.raises(Misuse) as caught:
        tag_release(desk, project="bare", tag="v1", branch="main", commit=COMMIT, by="ada")
    assert caught.value.hint == "There is none yet."


def test_a_shift_moves_only_the_cases_of_its_project(desk: Desk) -> None:
    other = PROJECT.replace('id = "acme"', 'id = "zeta"')
    load_project(desk, text=other, where="midstream.toml", by="ada")
    reported(desk, "acme-1")
    reported(desk, "zeta-1")
    written: list[str] = []

    class Watched:
        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def append(self, facts: object, *, views: object, expect: object, blobs: object) -> None:
            written.extend(view.case for view in views)  # type: ignore[attr-defined]
            store.append(facts, views=views, expect=expect, blobs=blobs)  # type: ignore[arg-type]

    store, desk.store = desk.store, Watched()  # type: ignore[assignment]
    record_shift(desk, project="zeta", person="bob", starts_at=START, ends_at=START + DAY, by="ada")
    assert written == ["zeta-1"]


@pytest.mark.parametrize("moves_on", [False, True])
def test_a_case_begun_while_the_policy_changed_is_under_the_changed_one(desk: Desk, *, moves_on: bool) -> None:
    """No number of it could be expected; and when it moves on meanwhile, whoever moved it has derived it anew."""
    other = bare_desk(clock=desk.clock, store=desk.store)
    zeta = PROJECT.replace('id = "acme"', 'id = "zeta"')
    load_project(other, text=zeta, where="midstream.toml", by="ada")
    reported(other, "zeta-1")

    class Racing:
        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def append(self, *args: object, **more: object) -> None:
            reported(other, "acme-2")
            store.append(*args, **more)  # type: ignore[arg-type]

        def replace_views(self, *args: object, **more: object) -> None:
            if moves_on:
                act(other, "acme-2", "score", severity="high")
            store.replace_views(*args, **more)  # type: ignore[arg-type]

    store, desk.store = desk.store, Racing()  # type: ignore[assignment]
    activate_policy(desk, project="acme", book=book(LONGER), by="ada")
    assert due(other, "acknowledge") == START + 4 * DAY
    desk.store = store
    check_store(desk)


def test_a_case_begun_while_its_project_was_not_loaded_yet_waits_for_it(desk: Desk) -> None:
    other = bare_desk(clock=desk.clock, store=desk.store)

    class Racing:
        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def append(self, *args: object, **more: object) -> None:
            reported(other, "zeta-1")
            store.append(*args, **more)  # type: ignore[arg-type]

    store, desk.store = desk.store, Racing()  # type: ignore[assignment]
    tell(desk, "project/zeta", RotationShift(person="ada", starts_at=START, ends_at=START + DAY))
    assert desk.store.view("zeta-1") is None
    load_project(other, text=PROJECT.replace('id = "acme"', 'id = "zeta"'), where="midstream.toml", by="ada")
    assert desk.store.view("zeta-1") is not None
