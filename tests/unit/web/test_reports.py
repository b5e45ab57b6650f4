"""A report from anybody: taken once, followed up by its code, and telling nothing of cases that are not public."""

import re
import time
from collections.abc import Callable

import msgspec
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from midstream.desk.desk import Desk
from midstream.desk.front.alike import PublicWords, files_in
from midstream.desk.front.web_report import digest_of
from midstream.ledger.kinds.intake import FileAttached, MessageReceived, ReportReceived
from midstream.web.uploads import LIMIT
from tests.desks import act, check_store, opened
from tests.web import visitor

Visit = Callable[..., Client]
FILLED = {
    "poc": "Send 65 bytes to the socket.",
    "happens": "It crashes; it should refuse.",
    "version": "1.4 on QEMU",
    "who": "somebody on the network",
    "gains": "stop the device",
    "title": "A length of 65 is not refused",
    "email": "rosa@example.org",
}


def form(client: Client) -> dict[str, str]:
    page = client.get("/report/").content.decode()
    return {**dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)), **FILLED}


def code_in(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7-]+)</code>", page)
    assert found
    return found[1]


def test_a_report_becomes_a_case_once(visit: Visit, desk: Desk) -> None:
    client = visit("")
    sent = form(client)
    first = client.post("/report/", sent)
    assert first.status_code == 200
    assert "acme-4" in first.content.decode()
    again = client.post("/report/", sent).content.decode()  # sent twice, taken once
    assert code_in(again) == code_in(first.content.decode())
    assert "acme-4" in again
    facts = desk.store.facts("case/acme-4")
    body = facts[0].body
    assert isinstance(body, ReportReceived)
    assert (body.channel, body.title, body.reporter) == ("web", FILLED["title"], "rosa@example.org")
    assert [fact.said_by for fact in facts] == ["intake"] * len(facts)
    check_store(desk)
    text = desk.store.blob("acme-4", body.text)
    assert text is not None
    assert text.decode().startswith("What do you do to make it happen?\nSend 65 bytes")


def test_the_code_is_not_in_the_ledger(visit: Visit, desk: Desk) -> None:
    client = visit("")
    code = code_in(client.post("/report/", form(client)).content.decode())
    assert len(code.replace("-", "")) == 25
    everything = b"".join(fact.raw for fact in desk.store.everything())
    assert code.encode() not in everything
    assert digest_of(code).encode() in everything
    assert digest_of(code.lower().replace("-", " ")) == digest_of(code)


def test_a_reporter_follows_their_report_up_and_answers(visit: Visit, desk: Desk) -> None:
    client = visit("")
    code = code_in(client.post("/report/", form(client)).content.decode())
    assert "received" in client.post("/report/follow/", {"code": code}).content.decode()
    act(desk, "acme-4", "acknowledge")
    act(desk, "acme-4", "ask-reporter", question="Which compiler?")
    act(desk, "acme-4", "note", text="a secret of the team")
    page = client.post("/report/follow/", {"code": code}).content.decode()
    assert "Which compiler?" in page
    assert "waiting for your answer" in page
    assert "secret of the team" not in page
    key = re.findall(r'name="key" value="(\w+)"', page)[-1]
    answer = {"code": code, "key": key, "text": "gcc 14"}
    assert "Added to your report" in client.post("/report/follow/", answer).content.decode()
    client.post("/report/follow/", answer)
    messages = [fact for fact in desk.store.facts("case/acme-4") if isinstance(fact.body, MessageReceived)]
    assert len(messages) == 1
    assert "gcc 14" in visit("ada").get("/cases/acme-4/").content.decode()


def test_a_wrong_code_finds_nothing(visit: Visit) -> None:
    answer = visit("").post("/report/follow/", {"code": "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "text": "hello"})
    assert answer.status_code == 404
    assert "No report has this code" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("poc", "", "We need this"),
        ("who", "a ghost", "Choose one of the list"),
        ("email", "nowhere", "no e-mail address"),
        ("title", "x" * 300, "at most 200"),
        ("happens", "y" * 30_000, "at most 20000"),
    ],
)
def test_a_fault_is_told_beside_its_question_and_the_rest_is_kept(
    visit: Visit, desk: Desk, name: str, value: str, said: str
) -> None:
    client, before = visit(""), desk.store.version()
    answer = client.post("/report/", {**form(client), name: value})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert FILLED["version"] in text
    assert desk.store.version() == before


def test_files_are_kept_as_they_came_and_only_downloaded(visit: Visit, desk: Desk) -> None:
    client = visit("")
    evil = b"<script>alert(1)</script>"
    file = SimpleUploadedFile("..\\..\\poc\u202egpj.html", evil, content_type="text/html")
    client.post("/report/", {**form(client), "files": [file]})
    (attached,) = [fact.body for fact in desk.store.facts("case/acme-4") if isinstance(fact.body, FileAttached)]
    assert attached.name == "pocgpj.html"
    page = visit("ada").get("/cases/acme-4/").content.decode()
    url = f"/cases/acme-4/files/{attached.content}/"
    assert url in page
    got = visit("ada").get(url)
    assert got.content == evil
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"].startswith("attachment;")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Cache-Control"] == "no-store"
    assert "sandbox" in got["Content-Security-Policy"]
    assert visit("rel").get(url).status_code == 404
    act(desk, "acme-4", "erase", reason="asked for it")
    assert visit("ada").get(url).status_code == 404


def test_a_file_that_is_too_large_is_named_and_nothing_is_taken(visit: Visit, desk: Desk) -> None:
    client, before = visit(""), desk.store.version()
    file = SimpleUploadedFile("big.bin", b"\0" * (LIMIT + 1))
    answer = client.post("/report/", {**form(client), "files": [file]})
    assert answer.status_code == 422
    assert "big.bin: larger than 5 MB" in answer.content.decode()
    assert FILLED["poc"] in answer.content.decode()
    assert desk.store.version() == before


def test_a_request_that_is_far_too_large_is_not_read(visit: Visit) -> None:
    answer = visit("").post("/report/", data=b"", content_type="text/plain", headers={"content-length": "999999999"})
    assert answer.status_code == 413


def ask(**typed: str) -> str:
    """Return the hints for what was typed, as somebody without an account gets them."""
    answer = visitor("").post("/report/hints/", {"project": "acme", **typed})
    assert answer.status_code == 200
    return str(answer.content.decode())


ALIKE = {
    "title": {"title": "length of a key is not checked"},
    "cve": {"title": "x", "poc": "like cve-2026-10001 I think"},
    "file": {"happens": "it stops in drivers/crypto/key_len.c:17, every time"},
    "component in the text": {"poc": "built from acme/lib/crypto/key, as shipped"},
    "area": {"area": " Crypto "},
}
"""What reads like the case that `make_alike` makes, by one field each."""


def make_alike(desk: Desk, case: str) -> None:
    """Begin a case that all of these read like, not public yet."""
    opened(desk, case, title="The length of a key is not checked")
    act(desk, case, "assign-cve", cve="CVE-2026-10001")
    act(desk, case, "name-component", component="acme/lib/crypto", area="crypto")
    act(desk, case, "edit-advisory", details="The check in lib/crypto/key_len.c is missing.", summary="No check.")


@pytest.mark.parametrize("typed", ALIKE.values(), ids=ALIKE)
def test_hints_name_public_cases_and_say_why(visit: Visit, desk: Desk, typed: dict[str, str]) -> None:
    del visit
    make_alike(desk, "acme-9")
    assert ask(**typed) == ask(title="nothing like it at all")  # opened, and not public yet
    act(desk, "acme-9", "decline-embargo")
    assert "acme-9" in ask(**typed) or "happens" in typed  # what the advisory says is not public yet
    act(desk, "acme-9", "record-publication", channel="site", advisory="acme-9", digest="ab" * 32)
    found = ask(**typed)
    assert "acme-9: The length of a key" in found
    assert re.search(r"\((names CVE-2026-10001|names key_len\.c|in acme/lib/crypto|in crypto|a title like it)\)", found)
    assert "acme-1" not in found


@pytest.mark.parametrize("typed", ALIKE.values(), ids=ALIKE)
def test_a_private_case_changes_no_byte_of_the_hints_and_no_question_to_the_store(
    visit: Visit, desk: Desk, typed: dict[str, str]
) -> None:
    del visit
    sent = {"title": "a public one in other words", **typed}
    for case in ("acme-8", "acme-9"):  # as many cases and facts as there will be
        opened(desk, case, title="Something else entirely")
        act(desk, case, "name-component", component="other/part", area="boot")
        act(desk, case, "edit-advisory", details="other.c has it", summary="No check.")
    opened(desk, "acme-6", title="A public one in other words")
    act(desk, "acme-6", "decline-embargo")
    unlike = traced(sent)
    make_alike(desk, "acme-7")
    alike = traced(sent)
    assert alike[0] == unlike[0]
    assert alike[1] == unlike[1]
    assert ("acme-6" in alike[0]) is ("title" not in typed)  # what is public is found as before


def traced(typed: dict[str, str]) -> tuple[str, list[str]]:
    """Return the hints, and the questions that were put to the store for them."""
    from django.db import connection  # noqa: PLC0415 - needs Django set up
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    settings.MIDSTREAM = msgspec.structs.replace(settings.MIDSTREAM, public_words=PublicWords())
    ask(**typed)  # what is looked up once
    with CaptureQueriesContext(connection) as queries:
        found = ask(**typed)
    asked = [query["sql"] for query in queries if "throttle" not in query["sql"]]
    return found, [sql for sql in asked if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


def test_hints_come_by_post_alone(visit: Visit) -> None:
    assert visit("").get("/report/hints/?title=Key+leaks").status_code == 405


def test_a_long_text_is_looked_through_quickly(visit: Visit) -> None:
    del visit
    begun = time.process_time()
    for text in ("a" * 40_000, "a." * 20_000, "/" * 40_000, "CVE-" * 10_000, "a.c/" * 10_000):
        files_in(text)
        ask(poc=text[:20_000], happens=text[20_000:])
    assert time.process_time() - begun < 5


def test_somebody_who_sends_very_many_is_asked_to_wait(visit: Visit) -> None:
    client = visit("")
    codes = [client.post("/report/", form(client)).status_code for _ in range(8)]
    assert codes == [200] * 6 + [429] * 2
    elsewhere = Client(REMOTE_ADDR="198.51.100.7", HTTP_HOST="127.0.0.1")
    assert elsewhere.post("/report/", form(elsewhere)).status_code == 200
