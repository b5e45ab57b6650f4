"""Mails taken in, from real files through the reader of mails: new, known, further, alike, hostile, for others."""

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from midstream.desk.desk import Desk
from midstream.desk.errors import NotFound
from midstream.desk.intake import BELIEVED, LATE, Taken, take_reports
from midstream.desk.mail import MailRefused
from midstream.desk.projects import load_project
from midstream.ledger.kinds.intake import DuplicateSuspected, MessageReceived, ReportReceived
from tests.desks import PROJECT, START, Clock, act, check_store, everything, mail, mail_file


def take(desk: Desk, path: Path, *, project: str = "acme", by: str = "ada", area: str = "") -> list[Taken]:
    return list(take_reports(desk, path=path, project=project, by=by, area=area))


def take_mail(desk: Desk, folder: Path, raw: bytes, *, project: str = "acme", by: str = "ada") -> Taken:
    [taken] = take(desk, mail_file(folder, raw), project=project, by=by)
    return taken


def test_a_mail_becomes_a_case_that_keeps_it_whole(desk: Desk, tmp_path: Path) -> None:
    raw = mail()
    [taken] = take(desk, mail_file(tmp_path, raw), area="crypto")
    digest = hashlib.sha256(raw).hexdigest()
    [fact] = taken.facts
    assert (taken.case, taken.outcome, fact.stream) == ("acme-1", "new", "case/acme-1")
    assert fact.body == ReportReceived(
        project="acme",
        channel="mail",
        title="A length is not checked",
        reporter="rosa@example.org",
        reporter_name="Rosa Lind",
        area="crypto",
        message_id="one@mail.example.org",
        content=digest,
        text=hashlib.sha256(b"A length of zero is not checked.\n").hexdigest(),
    )
    assert fact.happened_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (fact.recorded_at, fact.said_by) == (START, "ada")
    assert desk.store.blob("acme-1", digest) == raw
    assert desk.store.blob_count("acme-1") == 2
    check_store(desk)


def test_facts_and_blobs_are_handed_over_together(desk: Desk, tmp_path: Path) -> None:
    """There is no moment at which one is there without the other: they go to the store in one append."""
    appended: list[tuple[int, int]] = []

    class Watched:
        def __getattr__(self, name: str) -> object:
            assert name != "put_blob"
            return getattr(store, name)

        def append(self, facts: object, *, views: object, expect: object, blobs: object) -> None:
            appended.append((len(facts), len(blobs)))  # type: ignore[arg-type]
            store.append(facts, views=views, expect=expect, blobs=blobs)  # type: ignore[arg-type]

    store, desk.store = desk.store, Watched()  # type: ignore[assignment]
    take_mail(desk, tmp_path, mail())
    assert appended == [(1, 2)]


def test_a_mail_of_an_attachment_alone_has_no_words_to_keep(desk: Desk, tmp_path: Path) -> None:
    raw = b"From: a@example.org\nSubject: see file\nContent-Type: application/zip\n\nPK\n"
    taken = take_mail(desk, tmp_path, raw)
    assert desk.store.blob_count("acme-1") == 1
    assert taken.facts[0].body.text == ""  # type: ignore[attr-defined]


def test_the_same_mail_again_changes_nothing(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    take_mail(desk, tmp_path, mail())
    take_mail(desk, tmp_path, mail(message_id="", subject="Without an id"))
    before = everything(desk)
    clock.pass_(hours=1)
    changed_on_the_way = mail(X_List="through a list")
    for raw, case in ((mail(), "acme-1"), (changed_on_the_way, "acme-1")):
        again = take_mail(desk, tmp_path, raw)
        assert (again.case, again.outcome, again.facts, again.suspected) == (case, "known", (), ())
    again = take_mail(desk, tmp_path, mail(message_id="", subject="Without an id"))
    assert (again.case, again.outcome) == ("acme-2", "known")
    assert everything(desk) == before


def test_a_mail_with_a_very_long_id_is_known_again(desk: Desk, tmp_path: Path) -> None:
    long_id = f"<{'i' * 300}@example.org>"
    take_mail(desk, tmp_path, mail(message_id=long_id))
    assert take_mail(desk, tmp_path, mail(message_id=long_id, X_List="changed")).outcome == "known"


@pytest.mark.parametrize("field", ["In_Reply_To", "References"])
def test_a_reply_goes_to_the_case_it_answers(desk: Desk, tmp_path: Path, field: str) -> None:
    take_mail(desk, tmp_path, mail())
    reply = mail(message_id="<two@mail.example.org>", subject="Re: length", **{field: "<one@mail.example.org>"})
    taken = take_mail(desk, tmp_path, reply)
    assert (taken.case, taken.outcome) == ("acme-1", "added")
    assert taken.facts[0].body == MessageReceived(
        sender="rosa@example.org",
        subject="Re: length",
        message_id="two@mail.example.org",
        content=hashlib.sha256(reply).hexdigest(),
    )
    to_the_reply = mail(message_id="<three@mail.example.org>", In_Reply_To="<two@mail.example.org>")
    assert take_mail(desk, tmp_path, to_the_reply).case == "acme-1"
    assert take_mail(desk, tmp_path, reply).outcome == "known"
    check_store(desk)


def test_a_mail_that_reads_like_another_is_pointed_at_it(desk: Desk, tmp_path: Path) -> None:
    words = "The loader reads the header of an image before its length is checked, so a short image is read past."
    take_mail(desk, tmp_path, mail(subject="Loader", text=words))
    take_mail(desk, tmp_path, mail(subject="Quite something else", text="Timing of a key.", message_id="<k@e.org>"))
    alike = mail(subject="Overflow in images", text=words.replace("short", "tiny"), message_id="<other@example.org>")
    taken = take_mail(desk, tmp_path, alike)
    assert (taken.case, taken.outcome, taken.suspected) == ("acme-3", "new", ("acme-1",))
    [suspected] = [fact.body for fact in taken.facts if isinstance(fact.body, DuplicateSuspected)]
    assert suspected.of == "acme-1"
    assert 75 <= suspected.score <= 100
    same_title = take_mail(desk, tmp_path, mail(subject="loader!", text="No words alike.", message_id="<4@e.org>"))
    assert same_title.suspected == ("acme-1",)


def test_a_report_that_was_erased_or_has_no_words_is_compared_by_its_title(desk: Desk, tmp_path: Path) -> None:
    take_mail(desk, tmp_path, mail(subject="Loader", text="Words that are gone."))
    act(desk, "acme-1", "erase", reason="The reporter asked.")
    taken = take_mail(desk, tmp_path, mail(subject="Other", text="Words that are gone.", message_id="<2@e.org>"))
    assert taken.suspected == ()
    nothing = take_mail(desk, tmp_path, b"From: a@example.org\nSubject: \n\n\n")
    assert nothing.facts[0].body.title == "(no subject)"  # type: ignore[attr-defined]


def test_a_case_without_a_report_is_compared_by_its_title(desk: Desk, tmp_path: Path) -> None:
    from tests.desks import opened  # noqa: PLC0415 - one test needs it

    opened(desk, "acme-9", title="Length of the loader")
    taken = take_mail(desk, tmp_path, mail(subject="The length of the loader"))
    assert (taken.case, taken.suspected) == ("acme-10", ("acme-9",))


def test_a_sender_who_names_nobody_is_anonymous(desk: Desk, tmp_path: Path) -> None:
    body = take_mail(desk, tmp_path, mail(sender="")).facts[0].body
    assert isinstance(body, ReportReceived)
    assert (body.anonymous, body.reporter) == (True, "")


@pytest.mark.parametrize("date", ["Sat, 21 Nov 2026 12:00:00 +0000", "Thu, 01 Jan 1970 00:00:00 +0000", "yesterday"])
def test_a_date_that_lies_ahead_or_is_not_believed_is_taken_as_now(desk: Desk, tmp_path: Path, date: str) -> None:
    taken = take_mail(desk, tmp_path, mail(Date=date))
    assert taken.facts[0].happened_at == START


def test_a_date_far_back_starts_no_clock_in_the_past_unless_somebody_says_when_it_came(
    desk: Desk, tmp_path: Path
) -> None:
    backdated = mail(Date=format_datetime(START - timedelta(days=100)))
    taken = take_mail(desk, tmp_path, backdated)
    assert taken.facts[0].happened_at == START
    assert taken.notices[-1] == LATE
    assert LATE not in take_mail(desk, tmp_path, backdated).notices, "it is known already, so nothing was decided"
    came = START - timedelta(days=20)
    other = mail_file(tmp_path, mail(Date=format_datetime(START - timedelta(days=99)), Message_ID="<two@example.org>"))
    [told] = take_reports(desk, path=other, project="acme", by="ada", received=came)
    assert (told.facts[0].happened_at, LATE in told.notices) == (came, False)
    near = mail(Date=format_datetime(START - BELIEVED), Message_ID="<three@example.org>")
    assert take_mail(desk, tmp_path, near).facts[0].happened_at == START - BELIEVED


def test_mails_that_came_after_an_erasure_can_be_erased_too(desk: Desk, tmp_path: Path) -> None:
    take_mail(desk, tmp_path, mail())
    [first] = act(desk, "acme-1", "erase", reason="The reporter asked.").facts
    assert act(desk, "acme-1", "erase", reason="The reporter asked.").facts == (first,)
    take_mail(desk, tmp_path, mail(Message_ID="<two@example.org>", In_Reply_To="<one@mail.example.org>"))
    assert desk.store.blob_count("acme-1")
    [second] = act(desk, "acme-1", "erase", reason="The reporter asked.").facts
    assert second.number > first.number
    assert not desk.store.blob_count("acme-1")


def other_project(desk: Desk) -> None:
    text = PROJECT.replace('id = "acme"', 'id = "zeta"').replace('"ada"', '"zoe"').replace('"bob"', '"bea"')
    load_project(desk, text=text, where="midstream.toml", by="zoe")


def test_a_project_one_is_not_on_is_as_unknown_as_one_that_is_not_there(desk: Desk, tmp_path: Path) -> None:
    other_project(desk)
    before = everything(desk)
    told = set()
    for project in ("zeta", "nowhere"):
        with pytest.raises(NotFound) as caught:
            take_mail(desk, tmp_path, mail(), project=project)
        told.add((caught.value.what.replace(project, "…"), caught.value.hint))
    assert len(told) == 1
    for by in ("mia", "eve", ""):
        with pytest.raises(NotFound):
            take_mail(desk, tmp_path, mail(), by=by)
    assert everything(desk) == before


def test_one_mail_to_two_projects_is_a_case_in_each_and_neither_team_learns_of_the_other(
    desk: Desk, tmp_path: Path
) -> None:
    other_project(desk)
    take_mail(desk, tmp_path, mail(), project="zeta", by="zoe")
    mine = take_mail(desk, tmp_path, mail())
    assert (mine.case, mine.outcome, mine.suspected) == ("acme-1", "new", ())
    reply = mail(message_id="<two@mail.example.org>", In_Reply_To="<one@mail.example.org>")
    assert take_mail(desk, tmp_path, reply, project="zeta", by="zoe").case == "zeta-1"
    assert take_mail(desk, tmp_path, reply).case == "acme-1"
    check_store(desk)


def test_the_mails_of_an_mbox_before_a_bad_one_are_taken(desk: Desk, tmp_path: Path) -> None:
    line = b"From rosa@example.org Fri Nov 20 09:00:00 2026\n"
    bad = b"X-Nothing: this is no mail\n\n\n"
    mails = [mail(), bad, mail(message_id="<late@example.org>")]
    box = mail_file(tmp_path, b"".join(line + raw + b"\n" for raw in mails), "reports.mbox")
    taken: list[Taken] = []
    with pytest.raises(MailRefused) as caught:
        taken.extend(take_reports(desk, path=box, project="acme", by="ada"))
    assert f"{box}, message 2" in caught.value.what
    assert str(caught.value) == f"{caught.value.what}. {caught.value.hint}"
    assert desk.store.streams("case/") == ["case/acme-1"]
    before = everything(desk)
    with pytest.raises(MailRefused):
        take(desk, box)
    assert everything(desk) == before
    box.write_bytes(b"".join(line + raw + b"\n" for raw in (mails[0], mails[2])))
    assert [(entry.case, entry.outcome) for entry in take(desk, box)] == [("acme-1", "known"), ("acme-2", "new")]


def test_a_maildir_is_taken_whole(desk: Desk, tmp_path: Path) -> None:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / "box" / folder).mkdir(parents=True)
    mail_file(tmp_path / "box" / "new", mail(message_id="<a@e.org>"), "1.a")
    mail_file(tmp_path / "box" / "cur", mail(message_id="<b@e.org>", subject="Other", text="Else."), "2.b:2,S")
    assert [entry.case for entry in take(desk, tmp_path / "box")] == ["acme-1", "acme-2"]


def test_names_of_cases_count_on_from_the_highest_of_the_project(desk: Desk, tmp_path: Path) -> None:
    from tests.desks import opened, reported  # noqa: PLC0415 - one test needs them

    reported(desk, "acme-9")
    reported(desk, "acme-10")
    text = PROJECT.replace('id = "acme"', 'id = "acme-x"')
    load_project(desk, text=text, where="midstream.toml", by="ada")
    opened(desk, "acme-x-77")
    assert take_mail(desk, tmp_path, mail()).case == "acme-11"


def test_a_hostile_mail_leaves_nothing_a_terminal_would_obey(desk: Desk, tmp_path: Path) -> None:
    raw = (
        b"From: =?utf-8?q?Ro=1B]0;owned=07sa_=E2=80=AE?= <rosa@example.org>\n"
        b"Subject: =?utf-8?q?a=1B[2Jb=00c=E2=80=AEd?=\n\n\x1b[31mred\x00\x9b\n"
    )
    taken = take_mail(desk, tmp_path, raw)
    body = taken.facts[0].body
    assert isinstance(body, ReportReceived)
    for text in (body.title, body.reporter_name, *taken.notices):
        assert all(char.isprintable() for char in text), text
    assert desk.store.blob("acme-1", body.content) == raw


def test_two_who_take_the_next_name_at_once_get_two_names(desk: Desk, tmp_path: Path) -> None:
    raced = False

    class Racing:
        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def append(self, *args: object, **more: object) -> None:
            nonlocal raced
            if not raced:
                raced = True
                desk.store = store
                take(desk, mail_file(tmp_path, mail(message_id="<x@e.org>"), "other.eml"))
            store.append(*args, **more)  # type: ignore[arg-type]

    store, desk.store = desk.store, Racing()  # type: ignore[assignment]
    assert take_mail(desk, tmp_path, mail()).case == "acme-2"
    assert desk.store.streams("case/") == ["case/acme-1", "case/acme-2"]
    assert desk.clock() - START < timedelta(minutes=1)
