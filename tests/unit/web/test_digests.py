"""Digests go out through Django's mail backend to people with accounts."""

from pathlib import Path

import pytest
from django.core import mail
from django.test import override_settings

from midstream.desk.desk import Desk
from midstream.desk.front.digest import Letter
from midstream.desk.ports import StoreTrouble
from midstream.wiring.settings import mail_settings
from tests.web import visitor

LETTER = Letter(person="ada", subject="Midstream: 1 overdue", text="Overdue: acme-1\n")


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend", DEFAULT_FROM_EMAIL="desk@example.org")
def test_a_letter_goes_to_the_address_of_an_open_account(desk: Desk) -> None:
    del desk
    from midstream.web.models import Account  # noqa: PLC0415 - needs Django set up
    from midstream.wiring.post_office import DjangoMail  # noqa: PLC0415 - as above

    for person in ("ada", "bob", "mia"):
        visitor(person)
    Account.objects.filter(person="ada").update(email="ada@example.org")
    Account.objects.filter(person="bob").update(email="bob@example.org", is_active=False)
    office = DjangoMail()
    assert office.addresses() == {"ada": "ada@example.org"}
    mail.outbox = []
    office.send(LETTER, to="ada@example.org")
    (sent,) = mail.outbox
    assert (sent.to, sent.from_email, sent.body) == (["ada@example.org"], "desk@example.org", LETTER.text)


@override_settings(
    EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
    DEFAULT_FROM_EMAIL="desk@example.org",
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=1,
)
def test_a_mail_server_that_is_not_there_is_trouble(desk: Desk) -> None:
    del desk
    from midstream.wiring.post_office import DjangoMail  # noqa: PLC0415 - needs Django set up

    with pytest.raises(StoreTrouble, match="did not take"):
        DjangoMail().send(LETTER, to="ada@example.org")


@override_settings(DEFAULT_FROM_EMAIL="")
def test_without_a_mail_server_it_is_said(desk: Desk) -> None:
    del desk
    from midstream.wiring.post_office import DjangoMail  # noqa: PLC0415 - needs Django set up

    with pytest.raises(StoreTrouble, match="no mail server"):
        DjangoMail().send(LETTER, to="ada@example.org")


@pytest.mark.parametrize(
    ("named", "said"),
    [("ftp://h", "not wholly named"), ("smtp://", "not wholly named"), ("smtp://h:x", "MIDSTREAM_MAIL is no address")],
)
def test_a_mail_server_that_is_not_wholly_named_is_told(monkeypatch: pytest.MonkeyPatch, named: str, said: str) -> None:
    monkeypatch.setenv("MIDSTREAM_MAIL", named)
    monkeypatch.setenv("MIDSTREAM_MAIL_FROM", "desk@example.org")
    with pytest.raises(StoreTrouble, match=said):
        mail_settings()


def test_a_password_of_the_mail_server_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MIDSTREAM_MAIL", "smtp://desk@mail.example.org")
    monkeypatch.setenv("MIDSTREAM_MAIL_PASSWORD_FILE", str(tmp_path / "none"))
    with pytest.raises(StoreTrouble, match=r"/none: the password of the mail server cannot be read"):
        mail_settings()


def test_a_mail_server_with_a_user_is_spoken_to_in_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSTREAM_MAIL", "smtp://desk%40x@mail.example.org")
    monkeypatch.setenv("MIDSTREAM_MAIL_FROM", "desk@example.org")
    found = mail_settings()
    assert (found["EMAIL_HOST_USER"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("desk@x", 587, True)
