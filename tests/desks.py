"""A small project, its policy, and a desk over it whose clock the test holds: what the tests of the desk use."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from midstream.adapters.mail import read_mail
from midstream.adapters.publication import DirectoryTarget
from midstream.desk.derive import Shelf, views_of
from midstream.desk.desk import Desk
from midstream.desk.do import Order, Receipt, do
from midstream.desk.ports import Store
from midstream.desk.projects import activate_policy, load_project, record_shift, reserve_cves
from midstream.desk.views import CaseView
from midstream.ledger.chain import verify
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.fix import BranchAffected, IntroducedRecorded
from midstream.ledger.kinds.intake import CaseOpened, ReportReceived
from midstream.ledger.kinds.process import ReleaseTagged
from midstream.policy.book import Book, make_book, read_text
from midstream.store.memory import MemoryStore
from midstream.wiring.site import PublicSite

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
"""A Friday."""
COMMIT = "1f2e" * 10
OTHER_COMMIT = "9a8b" * 10
DIGEST = "ab" * 32
CVES = ("CVE-2026-10001", "CVE-2026-10002", "CVE-2026-10003")

PROJECT = """
[project]
id = "acme"
name = "Acme Boot"
policy = "acme"
zone = "Europe/London"

[[branch]]
name = "main"
kind = "development"

[[branch]]
name = "release/1.x"
kind = "lts"

[[branch]]
name = "release/2.x"
kind = "lts"
supported_until = 2027-05-31

[[person]]
name = "ada"
zone = "Europe/Paris"
roles = ["response-team"]
skills = ["triage", "disclosure"]
holidays = "FR"

[[person]]
name = "bob"
roles = ["response-team"]
skills = ["fix"]
areas = ["crypto"]

[[person]]
name = "mia"
roles = ["maintainer"]
skills = ["fix"]
areas = ["crypto"]

[[person]]
name = "rel"
roles = ["release-manager"]

[[party]]
name = "northcloud"
list = "ess"

[[party]]
name = "alder"
list = "trusted"
zone = "Asia/Taipei"
"""

POLICY = """
[policy]
name = "acme"
title = "Acme Boot"
version = "1"
valid_from = 2020-01-01
unless = ["report.rejected", "duplicate.linked"]

[[clock]]
name = "public date"
clause = "A9"
after = "report.received"
length = "90 days"
sooner = ["public.known", "exploit.active", "embargo.shortened"]
later = "embargo.extended"

[[obligation]]
name = "acknowledge"
clause = "A1"
after = "report.received"
until = "report.acknowledged"
within = "2 days"
work = "process"
do = "acknowledge"

[[obligation]]
name = "triage"
clause = "A2"
after = "report.received"
until = ["report.accepted", "report.rejected", "duplicate.linked"]
within = "3 working days"
zone = "role:triager"
work = "expert"
do = ["accept", "reject"]
skill = "triage"
always = true
ask = "Is it a vulnerability?"

[[obligation]]
name = "assign CVE"
clause = "A3"
after = "report.accepted"
until = "cve.assigned"
within = "1 day"
work = "process"
do = "assign-cve"

[[obligation]]
name = "tell ESS"
clause = "A4"
each = "party in ess"
after = "report.accepted"
until = "party.told list=ess"
within = "1 day"
work = "process"
do = "notify"

[[obligation]]
name = "backport"
clause = "A5"
each = "branch where maintained and affected"
after = "fix.merged"
until = ["backport.merged", "backport.waived"]
before = "public date"
work = "expert"
do = ["record-backport", "waive"]
skill = "fix"
ask = "Does the fix apply?"

[[obligation]]
name = "keep in touch"
clause = "A6"
after = "report.received"
until = "reporter.updated"
every = "30 days"
work = "process"
do = "update-reporter"

[[obligation]]
name = "release"
clause = "A7"
each = "branch where lts"
after = "fix.merged"
until = "fix.released"
work = "process"
do = "record-release"
role = "release-manager"

[[obligation]]
name = "draft the advisory"
clause = "A8"
after = "report.accepted"
until = "advisory.drafted"
before = "14 days before public date"
work = "expert"
do = "draft-advisory"
ask = "Who is affected?"

[[obligation]]
name = "end embargo"
clause = "A9"
after = "public date"
when = ["embargo.agreed"]
until = "embargo.ended"
within = "0 hours"
work = "process"
do = "end-embargo"

[[limit]]
name = "length of a deferral"
clause = "A10"
on = "deferral.granted"
after = "party.told"
within = "7 days"
exceptional = "14 days"
"""


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: int) -> datetime:
        """Move on by a `timedelta` of these units and return the moment reached."""
        self.now += timedelta(**span)
        return self.now


def book(*texts: str) -> Book:
    """Return the book of policy texts; of the small policy alone when none is given."""
    return make_book(read_text(text, where=f"policy-{count}.toml") for count, text in enumerate(texts or (POLICY,)))


def bare_desk(*, clock: Callable[[], datetime] | None = None, store: Store | None = None) -> Desk:
    """Return a desk that serves no project yet."""
    return Desk(store=MemoryStore() if store is None else store, clock=clock or Clock(), read_mail=read_mail)


def equipped(desk: Desk) -> Desk:
    """Return the desk after the small project was loaded, with its policy, a block of CVE ids and ada on duty."""
    load_project(desk, text=PROJECT, where="midstream.toml", by="ada")
    activate_policy(desk, project="acme", book=book(), by="ada")
    reserve_cves(desk, project="acme", cves=CVES, by="ada")
    now = desk.clock()
    record_shift(desk, project="acme", person="ada", starts_at=now, ends_at=now + timedelta(days=365), by="ada")
    return desk


def tell(desk: Desk, stream: str, *bodies: Body, by: str = "ada", at: datetime | None = None) -> tuple[Fact, ...]:
    """Return the facts recorded straight into a stream, as an import would, with the views after them."""
    from midstream.desk.desk import Decision  # noqa: PLC0415 - the only place that decides without a verb

    def decision() -> Decision:
        now = desk.clock()
        drafts = tuple(Draft(stream=stream, said_by=by, happened_at=at or now, body=body) for body in bodies)
        return Decision(now=now, drafts=drafts, streams={stream: desk.store.facts(stream)})

    return desk.commit(decision, key="")


def reported(desk: Desk, case: str = "acme-1", *, title: str = "Key leaks", at: datetime | None = None) -> str:
    """Return the name of a case that begins with a report."""
    body = ReportReceived(
        project=case.rpartition("-")[0], channel="mail", title=title, reporter="rosa@example.org", area="crypto"
    )
    tell(desk, f"case/{case}", body, by="intake", at=at)
    return case


def opened(desk: Desk, case: str = "acme-9", *, title: str = "From public history") -> str:
    """Return the name of a case that begins without a report."""
    tell(desk, f"case/{case}", CaseOpened(project=case.rpartition("-")[0], title=title))
    return case


def act(desk: Desk, case: str, verb: str, by: str = "ada", **fields: object) -> Receipt:
    """Return the receipt of a verb carried out by `by`."""
    return do(desk, Order(verb=verb, case=case, fields=fields, by=by))


def embargoed(desk: Desk, case: str = "acme-1") -> str:
    """Return the name of a reported case that was accepted and put under an embargo."""
    reported(desk, case)
    act(desk, case, "accept")
    act(desk, case, "agree-embargo")
    return case


def everything(desk: Desk) -> tuple[list[Fact], dict[str, CaseView | None], Mapping[str, int]]:
    """Return all that the store holds: facts in order, the view and the number of blobs of each case."""
    facts = list(desk.store.everything())
    names = sorted({fact.stream.removeprefix("case/") for fact in facts if fact.stream.startswith("case/")})
    return facts, {name: desk.store.view(name) for name in names}, {name: desk.store.blob_count(name) for name in names}


def remade_views(desk: Desk) -> dict[str, CaseView]:
    """Return the view of every case as its facts alone give it, by a shelf that has compiled nothing yet."""
    fresh = bare_desk(store=desk.store)
    teams = {name.removeprefix("project/"): None for name in desk.store.streams("project/")}
    found = {name: fresh.find_team(name)[1] for name in teams}
    streams = [(stream, desk.store.facts(stream)) for stream in desk.store.streams("case/")]
    return {view.case: view for view in views_of(streams, teams=found, shelf=Shelf())}


def check_store(desk: Desk) -> None:
    """Check the laws that hold after every command: the chain follows, and the views are those the facts give."""
    facts, views, _ = everything(desk)
    assert list(verify(facts, heads={})) == facts
    assert views == remade_views(desk)


def mail(
    *,
    subject: str = "A length is not checked",
    text: str = "A length of zero is not checked.",
    message_id: str = "<one@mail.example.org>",
    sender: str = "Rosa Lind <rosa@example.org>",
    **more: str,
) -> bytes:
    """Return the bytes of a plain mail; header fields in `more` have their hyphens written as underscores."""
    fields = {"From": sender, "Subject": subject, "Date": "Fri, 20 Nov 2026 09:00:00 +0000", "Message-ID": message_id}
    fields |= {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    return f"{head}\n{text}\n".encode()


def mail_file(folder: Path, raw: bytes, name: str = "report.eml") -> Path:
    """Return the path of a new file that holds the mail."""
    path = folder / name
    path.write_bytes(raw)
    return path


Taker = Callable[[bytes], str]


SITE = """
[[repository]]
name = "boot"
url = "https://github.com/acme/boot"

[site]
url = "https://security.acme.example.org"
"""
"""What a project file says beside `PROJECT` when the project has a public site."""


def publishing(site: Path) -> Desk:
    """Return a desk that publishes to that directory; the small project has two branches with a release each."""
    made = bare_desk(clock=Clock())
    made.site = PublicSite()
    made.open_target = lambda path: DirectoryTarget(Path(path))
    made.site_at = str(site)
    equipped(made)
    load_project(made, text=PROJECT + SITE, where="midstream.toml", by="ada")
    for tag, branch in (("v1.0.0", "release/1.x"), ("v2.0.0", "release/2.x")):
        tell(made, "project/acme", ReleaseTagged(tag=tag, branch=branch, commit=COMMIT))
    return made


def ended(desk: Desk, case: str = "acme-1") -> str:
    """Return a case whose embargo ended, with two affected branches and a reason that is not for the public."""
    embargoed(desk, case)
    tell(
        desk,
        f"case/{case}",
        IntroducedRecorded(release="v1.0.0", confidence="certain"),
        BranchAffected(branch="release/1.x", because="A secret reason that only participants may read."),
        BranchAffected(branch="release/2.x"),
    )
    act(desk, case, "end-embargo", reason="expired")
    return case
