from datetime import timedelta

from midstream.desk.front.digest import digest
from tests.desks import Clock, bare_desk, embargoed, equipped, reported


def test_a_digest_says_what_is_due_and_not_what_it_is_about() -> None:
    clock = Clock()
    desk = equipped(bare_desk(clock=clock))
    embargoed(desk)
    reported(desk, "acme-2", title="Sealed words")
    clock.pass_(days=3)
    letter = digest(desk, person="ada", now=clock.now, url="https://desk.example.org")
    assert letter is not None
    assert "acme-2: acknowledge" in letter.text
    assert "CET" in letter.text
    assert "https://desk.example.org/cases/acme-2/" in letter.text
    late, soon = letter.text.split("Due within a week:")
    assert "Overdue:" in late
    assert (
        letter.subject == f"Midstream: {late.count('acme-') // 2} overdue, {soon.count('acme-') // 2} due within a week"
    )
    for word in ("Sealed", "Key leaks", "rosa"):
        assert word not in letter.text + letter.subject


def test_nothing_due_is_no_letter() -> None:
    clock = Clock()
    desk = equipped(bare_desk(clock=clock))
    assert digest(desk, person="ada", now=clock.now) is None
    reported(desk)
    assert digest(desk, person="rel", now=clock.now + timedelta(days=5)) is None


def test_without_a_web_desk_the_digest_names_the_command() -> None:
    clock = Clock()
    desk = equipped(bare_desk(clock=clock))
    reported(desk)
    letter = digest(desk, person="ada", now=clock.now)
    assert letter is not None
    assert "midstream today" in letter.text
    assert "http" not in letter.text
