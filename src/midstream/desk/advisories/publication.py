"""Publishing advisories: derived, checked, written to the target in one step, read back, and recorded."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from midstream.advisories.catalogue import catalogue_publisher, product_of
from midstream.advisories.of_case import releases_of
from midstream.advisories.record import Component
from midstream.cases.case import Case, replay
from midstream.cases.errors import Refused
from midstream.cases.states import is_public, triage
from midstream.desk.advisories.documents import Known, documents, entry, known_of, publisher_of
from midstream.desk.advisories.provider import FORMAT, Listed, Signed, check_signatures, provider_of
from midstream.desk.desk import WORKER, Decision, Desk
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.ports import Outcome, PublishTrouble, SiteMaker, Target
from midstream.formats.catalogue.document import Branch, Catalogue, Document, Entry, Summary
from midstream.formats.catalogue.files import CatalogueError, read_catalogue, write_entry
from midstream.formats.tree import Part
from midstream.ledger.chain import head_of, record
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.disclosure import AdvisoryConfirmed, AdvisoryCorrected, AdvisoryPublished

CORRECTED = "What it says changed since it was published."


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What a publication did: what was written, which cases it published or corrected, and the facts recorded.

    `left_out` says in a sentence for each document why it was not written. `signed_by` is the fingerprint of the key
    that signed the CSAF documents, empty when none did; `notes` are sentences about that, and about what others changed
    on the target.
    """

    target: str
    outcome: Outcome
    cases: tuple[str, ...]
    facts: tuple[Fact, ...]
    left_out: tuple[str, ...] = ()
    signed_by: str = ""
    notes: tuple[str, ...] = ()


class _Ready(msgspec.Struct, frozen=True, kw_only=True):
    """One advisory, derived and checked: its stamp, its entry, its files, and the body that tells of it, if any."""

    case: str
    stamp: str
    summary: Summary
    entry: Entry | None = None
    files: tuple[tuple[str, bytes], ...] = ()
    body: AdvisoryPublished | AdvisoryCorrected | None = None
    expected: dict[str, str] = {}
    left_out: tuple[str, ...] = ()


def publish(
    desk: Desk,
    *,
    target: Target,
    project: str,
    by: str,
    cases: Sequence[str] = (),
    anew: bool = False,
    extra: tuple[Body, ...] = (),
) -> Published:
    """Return what was published on the target: the cases named, all public ones for none, beside what stands there.

    Every document is checked before a byte is written, and read back before a fact says that it is published. When
    nothing changed, nothing is written and nothing is recorded. `extra` is recorded beside each publication. Raises
    `Refused`, `NotFound`, `PublishTrouble`.
    """
    if project not in desk.viewer(by).teams:
        raise Refused(f"{by or 'nobody'} is not on the response team of {project}", hint="Say who you are: --as NAME.")
    site = desk.site
    if site is None:
        raise Misuse("this desk makes no site", hint="Wire one.")
    signer = desk.open_signer() if desk.open_signer else None
    now = desk.clock()
    frame = _frame(desk, project)
    ready = _all_ready(desk, site, target, project, frame=frame, cases=cases, anew=anew, now=now)
    newest = sorted((each.summary for each in ready), key=lambda each: (each.published_at, each.id), reverse=True)
    catalogue = msgspec.structs.replace(frame, advisories=tuple(newest))
    provider = provider_of(_listed(ready), catalogue=frame, target=target, signer=signer, now=now)
    outcome = target.publish(_parts(ready, site, catalogue, provider=provider, now=now), anew=anew)
    check_signatures(outcome.written, target=target, signer=signer)
    told = [each for each in ready if each.body is not None]
    for each in told:
        _read_back(target, each)
    facts = [fact for each in told for fact in _record(desk, each, by=by, sent_at=now, extra=extra)]
    return Published(
        target=target.name,
        outcome=outcome,
        cases=tuple(each.case for each in told),
        facts=tuple(facts),
        left_out=tuple(f"{each.case}: {said}" for each in ready for said in each.left_out),
        signed_by=provider.signed_by,
        notes=provider.notes + (_damaged(target) if outcome.is_unchanged else ()),
    )


def _damaged(target: Target) -> tuple[str, ...]:
    """Return a sentence when others changed what stands on the target, which a publication of nothing new leaves."""
    places = [each.place for each in target.drift()]
    if not places:
        return ()
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return (f"not as published: {places[0]}{more}. See what differs with --drift, and mend it with --anew.",)


def _all_ready(
    desk: Desk,
    site: SiteMaker,
    target: Target,
    project: str,
    *,
    frame: Catalogue,
    cases: Sequence[str],
    anew: bool,
    now: datetime,
) -> list[_Ready]:
    """Return every advisory that will stand on the target; those that stand there as they are meant are not derived."""
    stamps = {} if anew else target.stamps()
    old = {} if anew else standing_on(target)
    base = _digest(site.edition(), _written(frame))
    ready: list[_Ready] = []
    for case, number in _chosen(desk, project, cases=cases, standing=target.stamps()).items():
        stood = stamps.get(f"advisory {case}", "")
        stamp = _digest(base, str(number))
        if stood.startswith(f"{stamp} ") and (kept := old.get(stood.partition(" ")[2])):
            ready.append(_Ready(case=case, stamp=stood, summary=kept))
        else:
            ready.append(_derive(desk, site, case, frame=frame, base=base, channel=target.name, now=now))
    return ready


def standing_on(target: Target) -> dict[str, Summary]:
    """Return the advisories that stand on the target, by id; nothing when what stands there is not what was meant."""
    content = target.read("catalogue.json")
    if content is None:
        return {}
    try:
        return {each.id: each for each in read_catalogue(content).advisories}
    except CatalogueError:
        return {}


def _frame(desk: Desk, project: str) -> Catalogue:
    """Return the catalogue of a project without advisories: who publishes, the product, its branches and releases."""
    team = desk.team(project)
    branches = [
        Branch(name=each.name, kind=each.kind, supported_until=each.supported_until) for each in team.project.branches
    ]
    releases = releases_of(project=team.project, facts=desk.store.facts(f"project/{project}"))
    repository = team.project.repositories[0].url if team.project.repositories else ""
    own = Component(key=project, name=team.project.name, repo=repository)
    product = product_of(own, releases=releases, branches=branches)
    return Catalogue(publisher=catalogue_publisher(publisher_of(team.project)), products=(product,))


def _chosen(desk: Desk, project: str, *, cases: Sequence[str], standing: Mapping[str, str]) -> dict[str, int]:
    """Return the cases to stand on the target, each with the number of its last fact."""
    known = desk.store.heads("case/")
    numbers = {head.stream.removeprefix("case/"): head.number for head in known}
    for case in cases:
        found = replay(desk.store.facts(f"case/{case}"), case=case) if case in numbers else None
        if found is None or found.project != project:
            raise NotFound(f"no case is called {case[:80]!r} here", hint="See those you may see: midstream case list.")
        if not is_public(found):
            raise Refused(
                f"{case} is not public", hint="Use end-embargo or decline-embargo first; nothing was published."
            )
        if triage(found).word in {"rejected", "duplicate"}:
            raise Refused(f"{case} was {triage(found).word}", hint="There is no advisory of it; nothing was published.")
    there = {key.removeprefix("advisory ") for key in standing if key.startswith("advisory ")}
    wanted = set(cases) | (there & numbers.keys())
    if not cases:
        lines = desk.store.case_lines(desk.viewer(WORKER), project=project)
        wanted |= {line.case for line in lines if line.is_public and line.triage not in {"rejected", "duplicate"}}
    return {case: numbers[case] for case in sorted(wanted)}


def _derive(
    desk: Desk, site: SiteMaker, name: str, *, frame: Catalogue, base: str, channel: str, now: datetime
) -> _Ready:
    """Return the advisory of a case, checked; raise `Refused` with what is wrong with it."""
    case = replay(desk.store.facts(f"case/{name}"), case=name)
    told = [(fact, body) for fact, body in case.all(AdvisoryPublished) if body.channel == channel]
    corrected = [(fact, body) for fact, body in case.all(AdvisoryCorrected) if body.channel == channel]
    at = known_of(desk, case, public=True)
    body: AdvisoryPublished | AdvisoryCorrected | None = None
    if not told:
        base_url = frame.publisher.base_url
        url = f"{base_url}/{site.page_place(at.record.id)}" if base_url else ""
        body = AdvisoryPublished(channel=channel, advisory=at.record.id, target=channel, url=url)
        at = known_of(desk, case, public=True, planned=_planned(case, body, now=now))
    made = _made(desk, site, at)
    last = corrected[-1][1].digest if corrected else told[-1][1].digest if told else ""
    if told and made[0] != last:
        body = AdvisoryCorrected(channel=channel, reason=CORRECTED)
        at = known_of(desk, case, public=True, planned=_planned(case, body, now=now))
        made = _made(desk, site, at)
    digest, whole, files, left_out = made
    page = site.page(frame, whole)
    number = case.number + (2 if body is not None else 0)
    if body is not None:
        body = msgspec.structs.replace(body, digest=digest)
    return _Ready(
        case=name,
        stamp=f"{_digest(base, str(number))} {whole.summary.id}",
        summary=whole.summary,
        entry=whole,
        files=(page, *files),
        body=body,
        left_out=left_out,
        expected={place: hashlib.sha256(content).hexdigest() for place, content in (page, *files)},
    )


def _planned(case: Case, body: Body, *, now: datetime) -> tuple[Fact, ...]:
    """Return the fact as it will be recorded once it is true, so that documents say of themselves what will be so."""
    draft = Draft(stream=f"case/{case.id}", said_by="worker", happened_at=now, body=body)
    return record(head_of(list(case.facts), stream=f"case/{case.id}"), [draft], recorded_at=now, key="")


def _made(desk: Desk, site: SiteMaker, at: Known) -> tuple[str, Entry, tuple[tuple[str, bytes], ...], tuple[str, ...]]:
    """Return the digest of what the advisory says, its entry with its documents, their files, and what is left out.

    A document that breaks a rule of its format is left out, so that an embargo that ends with little known still ends
    in public. One that tells another thing than the record, or what is not public, stops it all.
    """
    found = documents(desk, at)
    if found.refusals:
        more = f" (and {len(found.refusals) - 1} more)" if len(found.refusals) > 1 else ""
        raise Refused(
            f"{at.case} cannot be published: {found.refusals[0]}{more}",
            hint=f"See all of it: midstream advisory check {at.case}. Nothing was published.",
        )
    plain = entry(at)
    files: list[tuple[str, bytes]] = []
    listed: list[Document] = []
    for each in found.written:
        place = site.place(at.record.id, each.format, each.name.rpartition(".")[2])
        if each.format == "record" or each.faults:
            continue
        files.append((place, each.content))
        listed.append(
            Document(
                format=each.format, path=place, size=len(each.content), sha256=hashlib.sha256(each.content).hexdigest()
            )
        )
    summary = msgspec.structs.replace(plain.summary, documents=tuple(listed))
    whole = msgspec.structs.replace(plain, summary=summary)
    content = write_entry(whole)
    files.append((site.place(at.record.id, "record", "json"), content))
    own = Document(format="record", path=files[-1][0], size=len(content), sha256=hashlib.sha256(content).hexdigest())
    shown = msgspec.structs.replace(whole, summary=msgspec.structs.replace(summary, documents=(*listed, own)))
    return own.sha256, shown, tuple(files), found.faults


def _parts(
    ready: Sequence[_Ready], site: SiteMaker, catalogue: Catalogue, *, provider: Signed, now: datetime
) -> Iterator[Part]:
    for each in ready:
        yield Part(key=f"advisory {each.case}", stamp=each.stamp, files=lambda each=each: each.files)  # type: ignore[misc]
    yield from provider.parts
    yield from site.shared(catalogue, now=now, csaf=provider.shown)


def _listed(ready: Sequence[_Ready]) -> tuple[Listed, ...]:
    """Return the documents that a CSAF provider has."""
    return tuple(
        Listed(
            case=each.case, id=each.summary.id, path=one.path, sha256=one.sha256, content=dict(each.files).get(one.path)
        )
        for each in ready
        for one in each.summary.documents
        if one.format == FORMAT
    )


def _read_back(target: Target, each: _Ready) -> None:
    """Return nothing after every file of the advisory was read back; raise `PublishTrouble` for one that differs."""
    for place, digest in each.expected.items():
        if target.digest(place) != digest:
            raise PublishTrouble(
                f"{place} was published and does not read back as it was meant",
                hint=f"Nothing was recorded for {each.case}; publish again with --anew.",
            )


def _record(desk: Desk, each: _Ready, *, by: str, sent_at: datetime, extra: tuple[Body, ...]) -> tuple[Fact, ...]:
    """Return the facts recorded: that it was published, and that it was read back."""
    stream = f"case/{each.case}"
    body = each.body
    if body is None:
        return ()
    confirmed = AdvisoryConfirmed(channel=body.channel, digest=body.digest, target=body.channel, sent_at=sent_at)

    def decision() -> Decision:
        now = desk.clock()
        drafts = (
            Draft(stream=stream, said_by=by, happened_at=sent_at, body=body),
            *(Draft(stream=stream, said_by=by, happened_at=now, body=told) for told in (confirmed, *extra)),
        )
        return Decision(now=now, drafts=drafts, streams={stream: desk.store.facts(stream)})

    return desk.commit(decision, key="")


def _written(frame: Catalogue) -> str:
    return msgspec.json.encode(frame).decode()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def the_target(desk: Desk, to: str) -> Target:
    """Return the target at that path, or the one of the settings; raise `Misuse` when there is neither."""
    chosen = to or desk.site_at
    if not chosen or desk.open_target is None:
        raise Misuse("no site is named", hint="Name its directory with --to DIR, or set MIDSTREAM_SITE.")
    return desk.open_target(chosen)
