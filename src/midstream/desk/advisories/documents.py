"""Advisories at the desk: the record as somebody may see it, its documents, the checks, and what a file adds."""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from midstream.advisories.catalogue import entry_of
from midstream.advisories.checks.agreement import disagreements
from midstream.advisories.checks.leaks import leaks, secrets_of
from midstream.advisories.formats import TARGETS, check_of
from midstream.advisories.of_case import record_of, releases_of
from midstream.advisories.public import is_public as is_public_record
from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory, Publisher, Release
from midstream.advisories.targets.target import Target
from midstream.cases.case import Case, extend, replay
from midstream.cases.errors import Refused
from midstream.cases.states import is_public, severity
from midstream.cases.visibility import Sight, visible
from midstream.desk.desk import WORKER, Desk
from midstream.desk.errors import Misuse
from midstream.formats.catalogue.document import Entry
from midstream.formats.catalogue.files import write_entry
from midstream.formats.toml import nearest
from midstream.ledger.chain import head_of, record
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds.disclosure import AdvisoryPublished
from midstream.ledger.kinds.embargo import EmbargoEnded
from midstream.project import Project

RECORD = "record"
"""The name of the format in which the site itself reads an advisory."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A record with what its documents are made with. `whole` holds what is not public too, to look for leaks of it."""

    case: str
    record: Advisory
    whole: Advisory
    releases: tuple[Release, ...]
    publisher: Publisher
    severity: str


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """One document: its format, the name of its file, its bytes, and what is wrong with it, a sentence each.

    `faults` are rules of the format that it breaks; `refusals` say where it differs from the record, and that it holds
    what is not public. `unplaced` are the paths of what a document of others held, for which this one has no place.
    """

    format: str
    name: str
    content: bytes
    faults: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()

    @property
    def complaints(self) -> tuple[str, ...]:
        """Everything that is wrong with it."""
        return (*self.refusals, *self.faults)


class Documents(msgspec.Struct, frozen=True, kw_only=True):
    """What was written of one record, and why some formats were not."""

    written: tuple[Written, ...]
    left_out: dict[str, str]

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why nothing of it may be published, with the format each is about."""
        return tuple(f"{each.format}: {said}" for each in self.written for said in each.refusals)

    @property
    def faults(self) -> tuple[str, ...]:
        """Why a document may not be published, with the format each is about."""
        return tuple(f"{each.format}: {said}" for each in self.written for said in each.faults)


def known(desk: Desk, case: str, *, by: str, public: bool = False) -> Known:
    """Return the record of the case as `by` may see it; with `public`, only what anybody may read.

    A participant gets the record that the facts for participants tell. Somebody who sees only what is public gets the
    public part, once the advisory was published. Raises `NotFound` and `Refused`.
    """
    found, seen = desk.case(case, by=by)
    if public and not is_public(found):
        raise Refused(
            f"{case} is not public: nobody may read anything of it yet",
            hint=f"What will be is checked beforehand: midstream advisory check {case}.",
        )
    if seen <= Sight.PUBLIC and not found.has(AdvisoryPublished):
        raise Refused(f"{case} has no published advisory", hint="Look again once it is published.")
    project = found.project  # the fact that says it may be for the team alone
    if seen == Sight.PARTICIPANT and not public:
        found = replay(visible(found.facts, seen), case=case)
    return known_of(desk, found, public=public or seen <= Sight.PUBLIC, project=project)


def draft_digest(desk: Desk, case: Case) -> str:
    """Return the digest (SHA-256) of the advisory as all who take part in the case may read it at this moment."""
    told = replay(visible(case.facts, Sight.PARTICIPANT), case=case.id)
    at = known_of(desk, told, public=False, project=case.project)
    return hashlib.sha256(msgspec.json.encode(at.record, order="sorted")).hexdigest()


def foreseen(desk: Desk, case: str, *, by: str) -> Known:
    """Return the record as anybody will read it once it is published: as if an embargo ended and it were published now.

    What is ahead is for the response team to look at. Raises `NotFound` and `Refused`.
    """
    found, seen = desk.case(case, by=by)
    is_ahead = not is_public(found)
    if is_ahead and seen < Sight.TEAM:
        raise Refused(
            f"{case} is not public, and what will be is for its response team to look at",
            hint="Look again once it is public.",
        )
    if not is_ahead and found.has(AdvisoryPublished):
        return known(desk, case, by=by, public=True)
    bodies: list[EmbargoEnded | AdvisoryPublished] = [EmbargoEnded(reason="expired")] if is_ahead else []
    if not found.has(AdvisoryPublished):
        base = publisher_of(desk.team(found.project).project).base_url
        url = f"{base}/{desk.site.page_place(case)}" if base and desk.site is not None else ""
        bodies.append(AdvisoryPublished(channel="site", advisory=case, target="site", url=url))
    now = desk.clock()
    drafts = [Draft(stream=f"case/{case}", said_by=WORKER, happened_at=now, body=body) for body in bodies]
    planned = record(head_of(list(found.facts), stream=f"case/{case}"), drafts, recorded_at=now, key="")
    return known_of(desk, found, public=True, planned=planned)


def known_of(desk: Desk, case: Case, *, public: bool, planned: Iterable[Fact] = (), project: str = "") -> Known:
    """Return the record of a case, after planned facts; `project` is its own, when no fact left says so."""
    team = desk.team(project or case.project)
    facts = desk.store.facts(f"project/{team.project.id}")
    releases = releases_of(project=team.project, facts=facts)
    now = desk.clock()
    told = extend(case, planned) if planned else case
    whole = record_of(case=published_once(told), project=team.project, releases=releases, now=now)
    return Known(
        case=case.id,
        record=public_part(whole, now=now) if public else whole,
        whole=whole,
        releases=releases,
        publisher=publisher_of(team.project),
        severity=severity(told).word,
    )


def published_once(case: Case) -> Case:
    """Return the case without later publications of the same advisory elsewhere: they change nothing it says."""
    later = {fact.number for fact in case.by_kind.get("advisory.published", ())[1:]}
    if not later:
        return case
    return replay((fact for fact in case.facts if fact.number not in later), case=case.id)


def publisher_of(project: Project) -> Publisher:
    """Return who publishes the project's advisories, by its file."""
    cna, site = project.cna, project.site
    repository = project.repositories[0].url if project.repositories else ""
    return Publisher(
        name=project.name,
        namespace=site.namespace or site.url or repository,
        contact=project.contact,
        cna_org_id=cna.org_id if cna else "",
        cna_short=cna.short if cna else "",
        base_url=site.url.rstrip("/"),
    )


def targets_named(names: Sequence[str]) -> list[Target]:
    """Return the formats of those names, all of them for none; raise `Misuse` with the nearest."""
    for name in names:
        if name not in TARGETS and name != RECORD:
            raise Misuse(f"no format is called {name!r}", hint=nearest(name, {*TARGETS, RECORD}))
    return [target for name, target in TARGETS.items() if name in names or (not names and target.is_public)]


def documents(desk: Desk, at: Known, *, names: Sequence[str] = (), public: bool = True) -> Documents:
    """Return the record in the formats of those names (all for none), each checked; what cannot be, with the reason.

    Checked is: each document by the rules of its format; that it says of every release what the record says; and, with
    `public`, that it holds nothing that is not public.
    """
    now = desk.clock()
    secrets = secrets_of(whole=at.whole, public=at.record)
    written: list[Written] = []
    left_out: dict[str, str] = {}
    for target in targets_named(names):
        if why := target.lacks(at.record, at.publisher):
            left_out[target.name] = why
            continue
        document = target.write(record=at.record, publisher=at.publisher, releases=at.releases, now=now)
        content = target.dump(document)
        faults = tuple(str(each) for each in check_of(target, document, now=now))
        complaints = (
            *disagreements(target, document, record=at.record, releases=at.releases),
            *(leaks(content, secrets=secrets, target=target.name) if public else ()),
        )
        refusals = tuple(str(each) for each in complaints)
        name = target.file_name(at.record)
        written.append(
            Written(
                format=target.name,
                name=name,
                content=content,
                faults=faults,
                refusals=refusals,
                unplaced=_unplaced(target, content, at.record),
            )
        )
    if (not names or RECORD in names) and is_public_record(at.record, now=now):
        content = write_entry(entry(at))
        name = f"{at.record.id}.json"
        held = leaks(content, secrets=secrets, target=RECORD) if public else ()
        refusals = tuple(str(each) for each in held)
        written.append(Written(format=RECORD, name=name, content=content, refusals=refusals))
    return Documents(written=tuple(written), left_out=left_out)


def _unplaced(target: Target, content: bytes, record: Advisory) -> tuple[str, ...]:
    """Return the paths of foreign values of the target that do not stand in its document."""
    wanted = [each for each in record.foreign if each.target == target.name]
    if not wanted:
        return ()
    held = [(each.path, each.value) for each in target.read(target.load(content)).partial.foreign]
    return tuple(each.path for each in wanted if (each.path, each.value) not in held)


def entry(at: Known) -> Entry:
    """Return the record as an entry of the catalogue, without its documents."""
    return entry_of(at.record, releases=at.releases, severity=at.severity)
