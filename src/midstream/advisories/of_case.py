"""A case → its record. What the facts do not say is left empty, never guessed; what follows from them is derived.

What people wrote for participants alone (why a branch is affected, why it is waived) stays out of the public part: see
`private` of the record.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from midstream.advisories.intake.imported import with_imports
from midstream.advisories.lines_of_case import line_of
from midstream.advisories.record import (
    Advice,
    Advisory,
    Component,
    Credit,
    Dates,
    Distribution,
    Exploitation,
    Ids,
    Publication,
    Reference,
    Release,
    Revision,
    Score,
    State,
    Weakness,
)
from midstream.cases.case import Case
from midstream.cases.states import is_embargoed, is_public, publications, triage
from midstream.formats.base.versions import key_of
from midstream.ledger.fact import Fact
from midstream.ledger.kinds.cve import CveAssigned, CvePublished, CveRejected
from midstream.ledger.kinds.disclosure import (
    AdvisoryConfirmed,
    AdvisoryCorrected,
    AdvisoryEdited,
    AdvisoryImported,
    AdvisoryPublished,
    CreditAccepted,
    CreditDeclined,
)
from midstream.ledger.kinds.embargo import EmbargoAgreed, EmbargoExtended, EmbargoShortened
from midstream.ledger.kinds.fix import FixMerged
from midstream.ledger.kinds.process import ReleaseTagged
from midstream.ledger.kinds.triage import (
    ComponentNamed,
    ExploitActive,
    ExploitPublished,
    PublicKnown,
    SeverityScored,
    WeaknessNamed,
)
from midstream.project import Project

_VERSION = re.compile(r"(?:\A|[^0-9.])[vV]?([0-9]+(?:\.[0-9]+)+(?:-[0-9A-Za-z.-]+)?)\Z")
PRIVATE = ("component.line.note",)
"""Fields that facts for participants fill."""
_REVISING = {
    "advisory.published": "Published.",
    "advisory.corrected": "Corrected.",
    "advisory.edited": "Texts changed.",
    "advisory.imported": "Completed from another document.",
    "cve.assigned": "CVE id assigned.",
    "severity.scored": "Severity scored.",
    "weakness.named": "Weakness named.",
    "introduced.recorded": "First affected version named.",
    "fix.merged": "Fixed on the main line.",
    "fix.reverted": "A fix was taken out again.",
    "fix.released": "Released with the fix.",
    "backport.merged": "Fixed on a branch.",
    "backport.waived": "A branch will not be fixed.",
    "branch.affected": "A branch was found affected.",
    "branch.not_affected": "A branch was found not affected.",
    "credit.accepted": "Credits changed.",
    "exploit.published": "A proof of concept is public.",
    "exploit.active": "It is exploited.",
}
"""The kinds of fact that change what a published advisory says, and the summary of the revision they make."""


def version_of(tag: str) -> str:
    """Return the version that a tag names: 2.1.3 of TF-Mv2.1.3, 2.10.1 of lts-v2.10.1; the tag itself if none."""
    found = _VERSION.search(tag)
    return found[1] if found else tag


def releases_of(*, project: Project, facts: Iterable[Fact]) -> tuple[Release, ...]:
    """Return the calendar of the project's releases from the facts of its stream, in the order of recording."""
    found = {}
    for fact in facts:
        if isinstance(fact.body, ReleaseTagged):
            branch = project.branch(fact.body.branch)
            found[fact.body.tag] = Release(
                component=project.id,
                version=version_of(fact.body.tag),
                tag=fact.body.tag,
                sha=fact.body.commit,
                at=fact.happened_at,
                branch=fact.body.branch,
                support_end=branch.supported_until if branch else None,
            )
    return tuple(found.values())


def record_of(*, case: Case, project: Project, releases: Sequence[Release], now: datetime) -> Advisory:
    """Return the record of the case as of `now`, private parts included; `releases` are the project's calendar."""
    assigned, published = case.last(CveAssigned), case.last(AdvisoryPublished)
    named = [body.advisory for _, body in case.all(AdvisoryPublished) if body.advisory]
    edited = _edited(case)
    own = Advisory(
        id=named[-1] if named else case.id,
        ids=Ids(cve=assigned[1].cve if assigned else ""),
        state=_state(case),
        reason=rejected[1].reason if (rejected := case.last(CveRejected)) else "",
        title={"en": edited.title or case.title},
        summary=_english(edited.summary),
        details=_english(edited.details),
        impact=_english(edited.impact),
        weakness=_weaknesses(case),
        score=_scores(case),
        exploitation=_exploitation(case),
        component=(_component(case, project=project, releases=releases, now=now),),
        workaround=tuple(
            Advice(key=f"w{place}", text=_english(text)) for place, text in enumerate(edited.workarounds, 1)
        ),
        mitigation=tuple(
            Advice(key=f"m{place}", text=_english(text)) for place, text in enumerate(edited.mitigations, 1)
        ),
        reference=_references(case, project=project, edited=edited),
        credit=_credits(case),
        dates=_dates(case),
        revision=_revisions(case) if published else (),
        distribution=Distribution(tlp="clear" if is_public(case) else "amber"),
        publication=_publications(case),
        private=(*PRIVATE, "exploitation.source") if case.has(ExploitActive) else PRIVATE,
    )
    return with_imports(own, tuple(body for _, body in case.all(AdvisoryImported)))


def _english(text: str) -> dict[str, str]:
    return {"en": text} if text else {}


def _edited(case: Case) -> AdvisoryEdited:
    """Return the latest word on each text."""
    found = AdvisoryEdited()
    for _, body in case.all(AdvisoryEdited):
        changes = {name: getattr(body, name) for name in body.__struct_fields__ if getattr(body, name)}
        found = msgspec.structs.replace(found, **changes)
    return found


def _state(case: Case) -> State:
    word = triage(case).word
    if case.has(CveRejected) or word in ("rejected", "duplicate"):
        return "rejected"
    if case.has(AdvisoryPublished) or is_public(case):
        return "published"
    if is_embargoed(case):
        return "embargoed"
    if case.has(FixMerged):
        return "fixing"
    return {"accepted": "confirmed", "in triage": "triage", "needs information": "triage"}.get(word, "reported")  # type: ignore[return-value]  # the words of the table are states


def _exploitation(case: Case) -> Exploitation:
    if active := case.first(ExploitActive):
        return Exploitation(status="active", at=_second(active[0].happened_at), source=active[1].source)
    if public := case.first(ExploitPublished):
        return Exploitation(status="poc", at=_second(public[0].happened_at), source=public[1].source)
    return Exploitation()


def _weaknesses(case: Case) -> tuple[Weakness, ...]:
    numbers = dict.fromkeys(int(body.cwe.removeprefix("CWE-")) for _, body in case.all(WeaknessNamed))
    return tuple(Weakness(cwe=number, role="consequence" if place else "root") for place, number in enumerate(numbers))


def _scores(case: Case) -> tuple[Score, ...]:
    """Return the last score of each version of CVSS."""
    found: dict[str, Score] = {}
    for fact, body in case.all(SeverityScored):
        if body.vector:
            found[body.vector.partition("/")[0]] = Score(vector=body.vector, at=fact.happened_at.replace(microsecond=0))
    return tuple(found.values())


def _component(case: Case, *, project: Project, releases: Sequence[Release], now: datetime) -> Component:
    own = [release for release in releases if release.component == project.id]
    is_semver = all(key_of(scheme="semver", version=release.version) is not None for release in own)
    names = [branch.name for branch in project.branches] + [release.branch for release in own]
    names += [str(getattr(fact.body, "branch", "")) for facts in case.by_kind.values() for fact in facts]
    lines = (
        line_of(case, branch=branch, project=project, releases=own, version_of=version_of, now=now)
        for branch in dict.fromkeys(names)
        if branch
    )
    return Component(
        key=project.id,
        vendor=project.name,
        name=project.name,
        repo=project.repositories[0].url if project.repositories else "",
        scheme="semver" if is_semver else "custom",
        kind="product",
        paths=tuple(dict.fromkeys(body.component for _, body in case.all(ComponentNamed))),
        line=tuple(line for line in lines if line is not None),
    )


def _references(case: Case, *, project: Project, edited: AdvisoryEdited) -> tuple[Reference, ...]:
    found = [Reference(url=body.url, kind="advisory") for _, body in case.all(AdvisoryPublished) if body.url]
    repo = project.repositories[0].url.rstrip("/") if project.repositories else ""
    if repo.startswith("https://github.com/"):
        found += [Reference(url=f"{repo}/commit/{body.commit}", kind="fix") for _, body in case.all(FixMerged)]
    found += [Reference(url=body.url, kind="web") for _, body in case.all(CvePublished) if body.url]
    found += [Reference(url=body.url, kind="article") for _, body in case.all(PublicKnown) if body.url]
    found += [Reference(url=url, kind="web") for url in edited.references]
    return tuple({reference.url: reference for reference in reversed(found)}.values())[::-1]


def _credits(case: Case) -> tuple[Credit, ...]:
    declined = {body.person for _, body in case.all(CreditDeclined)}
    found: dict[str, Credit] = {}
    for _, body in case.all(CreditAccepted):
        if body.person not in declined:
            name, _, org = (body.words or body.person).partition(",")
            found[body.person] = Credit(name=name.strip(), org=org.strip(), role="finder", consent="public")
    return tuple(found.values())


def _dates(case: Case) -> Dates:
    reports = case.by_kind.get("report.received", ())
    untils = [(fact.happened_at, fact.number, body.until) for fact, body in case.all(EmbargoAgreed) if body.until]
    untils += [(fact.happened_at, fact.number, body.until) for fact, body in case.all(EmbargoExtended)]
    untils += [(fact.happened_at, fact.number, body.until) for fact, body in case.all(EmbargoShortened)]
    ends = [until for _, _, until in sorted(untils)]
    opened = [
        facts[0].happened_at
        for kind in ("embargo.ended", "embargo.declined", "advisory.published", "public.known")
        if (facts := case.by_kind.get(kind)) and is_public(case)
    ]
    return Dates(
        reported=_second(reports[0].happened_at) if reports else None,
        acknowledged=_first(case, "report.acknowledged"),
        confirmed=_first(case, "report.accepted"),
        embargo_until=_second(ends[-1]) if ends else None,
        embargo_extended=tuple(_second(end) for end in ends[:-1]),
        public=_second(min(opened)) if opened else None,
    )


def _first(case: Case, kind: str) -> datetime | None:
    facts = case.by_kind.get(kind)
    return _second(facts[0].happened_at) if facts else None


def _second(moment: datetime) -> datetime:
    """Return the moment to the second: the formats write no finer."""
    return moment.replace(microsecond=0)


def _revisions(case: Case) -> tuple[Revision, ...]:
    """Return a revision for the first publication, and one for each moment since at which something changed."""
    first = min(fact.happened_at for fact in case.by_kind["advisory.published"])
    changing = [fact for kind in _REVISING for fact in case.by_kind.get(kind, ()) if fact.happened_at > first]
    changing.sort(key=lambda fact: (fact.happened_at, fact.number))
    found = [Revision(number="1", at=_second(first), summary="First published.")]
    for moment, facts in groupby(changing, key=lambda fact: _second(fact.happened_at)):
        words = dict.fromkeys(_words(fact) for fact in facts)
        found.append(Revision(number=str(len(found) + 1), at=moment, summary=" ".join(words)))
    return tuple(found)


def _words(fact: Fact) -> str:
    tag = str(getattr(fact.body, "tag", ""))
    if fact.kind == "fix.released" and tag:
        return f"Fixed in {version_of(tag)}."
    return fact.body.reason if isinstance(fact.body, AdvisoryCorrected) else _REVISING[fact.kind]


def _publications(case: Case) -> tuple[Publication, ...]:
    confirmed = {body.channel: (fact, body) for fact, body in case.all(AdvisoryConfirmed)}
    found: dict[str, Publication] = {}
    for fact, body in case.all(AdvisoryPublished):
        told = confirmed.get(body.channel)
        found[body.channel] = Publication(
            target=body.channel,
            wanted_digest=body.digest,
            sent_at=fact.happened_at,
            remote_url=body.url,
            remote_digest=told[1].digest if told else "",
            confirmed_at=told[0].happened_at if told else None,
        )
    return tuple(found[channel] for channel in publications(case))
