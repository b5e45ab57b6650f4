import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.front.hooks import MOST, add_hook, remove_hook, tell_hooks
from midstream.desk.views import Hook
from tests.desks import Clock, act, bare_desk, embargoed, equipped, reported

URL = "https://ci.example.org/in"


class Poster:
    """Takes what is sent, or says what it was told to say."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, object], dict[str, str], bytes]] = []
        self.trouble = ""

    def __call__(self, *, url: str, body: bytes, headers: dict[str, str]) -> str:
        if not self.trouble:
            self.taken.append((url, json.loads(body), headers, body))
        return self.trouble


def hooked(desk: Desk, person: str = "ada", url: str = URL, kinds: tuple[str, ...] = (), name: str = "h1") -> Hook:
    return add_hook(desk, person=person, url=url, kinds=kinds, name=name, secret="k" * 43)


def test_a_hook_is_told_of_facts_from_now_on_and_of_nothing_they_say() -> None:
    desk = equipped(bare_desk(clock=Clock()))
    reported(desk)
    hooked(desk)
    act(desk, "acme-1", "accept")
    post = Poster()
    assert [told.facts for told in tell_hooks(desk, post=post)] == [1]
    ((url, said, _, _),) = post.taken
    assert url == URL
    assert said == {"case": "acme-1", "fact": 2, "kind": "report.accepted", "recorded_at": said["recorded_at"]}
    assert [told.facts for told in tell_hooks(desk, post=post)] == [0]


def test_what_is_sent_is_signed() -> None:
    clock = Clock()
    desk = equipped(bare_desk(clock=clock))
    hooked(desk)
    reported(desk)
    post = Poster()
    tell_hooks(desk, post=post)
    _, _, headers, body = post.taken[0]
    at, signed = (part.partition("=")[2] for part in headers["Midstream-Signature"].split(","))
    assert signed == hmac.new(b"k" * 43, at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert len({headers["Midstream-Delivery"] for _, _, headers, _ in post.taken}) == len(post.taken)


def test_nobody_is_told_of_what_they_may_not_read() -> None:
    desk = equipped(bare_desk(clock=Clock()))
    for number, person in enumerate(("ada", "rel", "mia")):
        hooked(desk, person, name=f"h{number}", url=f"https://{person}.example.org/")
    embargoed(desk)
    act(desk, "acme-1", "invite", person="mia", capacity="expert")
    act(desk, "acme-1", "note", text="for those inside")
    post = Poster()
    tell_hooks(desk, post=post)
    heard = {person: {said["kind"] for url, said, _, _ in post.taken if person in url} for person in ("rel", "mia")}
    assert heard["rel"] == set()
    assert "embargo.agreed" in heard["mia"]


def test_a_hook_can_ask_for_some_kinds() -> None:
    desk = equipped(bare_desk(clock=Clock()))
    hooked(desk, kinds=("report.", "cve.assigned"))
    embargoed(desk)
    act(desk, "acme-1", "assign-cve")
    post = Poster()
    tell_hooks(desk, post=post)
    assert [said["kind"] for _, said, _, _ in post.taken] == ["report.received", "report.accepted", "cve.assigned"]


def test_what_was_not_taken_is_sent_again_later_and_nothing_overtakes_it() -> None:
    clock = Clock()
    desk = equipped(bare_desk(clock=clock))
    hooked(desk)
    embargoed(desk)
    post = Poster()
    post.trouble = "it answered with status 503"
    waits = []
    for _ in range(12):
        tell_hooks(desk, post=post)
        again_at = desk.store.hooks()[0].again_at
        assert again_at is not None
        waits.append(again_at - clock.now)
        clock.now = again_at - timedelta(microseconds=1)
        assert tell_hooks(desk, post=post) == []
        clock.now = again_at
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert max(waits) == timedelta(hours=12)
    post.trouble = ""
    tell_hooks(desk, post=post)
    assert [said["fact"] for _, said, _, _ in post.taken] == [1, 2, 3]
    assert desk.store.hooks()[0].trouble == ""


@pytest.mark.parametrize(
    ("url", "kinds"),
    [
        ("http://ci.example.org/", ()),
        ("ftp://ci.example.org/", ()),
        ("https://user@ci.example.org/", ()),
        ("https://", ()),
        ("https://" + "a" * 500, ()),
        (URL, ("no.such",)),
        (URL, ("backport",)),
    ],
)
def test_what_is_no_address_or_kind_is_refused(url: str, kinds: tuple[str, ...]) -> None:
    desk = equipped(bare_desk(clock=Clock()))
    with pytest.raises(Misuse):
        hooked(desk, url=url, kinds=kinds)
    assert desk.store.hooks() == []


def test_this_machine_may_be_told_without_tls_and_nobody_has_too_many() -> None:
    desk = equipped(bare_desk(clock=Clock()))
    for number in range(MOST):
        hooked(desk, url="http://127.0.0.1:9000/in", name=f"h{number}")
    with pytest.raises(Misuse):
        hooked(desk, name="more")


def test_only_its_person_removes_a_hook_and_its_secret_goes_with_it() -> None:
    desk = equipped(bare_desk(clock=Clock()))
    hooked(desk)
    with pytest.raises(NotFound):
        remove_hook(desk, person="bob", name="h1")
    remove_hook(desk, person="ada", name="h1")
    assert desk.store.hooks() == []
    assert not desk.store.has_key("hook.h1")
