"""Which vulnerabilities of an index touch which components, with the reason of every answer."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from midstream.analysis.exposure.judging import Judged, judge, judge_repository
from midstream.analysis.exposure.names import name_in, repository_name
from midstream.analysis.exposure.versions import InvalidVersion, key_function, scheme_of

if TYPE_CHECKING:
    from midstream.analysis.exposure.index import Index

Verdict = Literal["affected", "not affected", "fixed in this version", "unknown version", "no data", "withdrawn"]

_RANK: dict[str, int] = {
    "affected": 0,
    "unknown version": 1,
    "no data": 2,
    "fixed in this version": 3,
    "not affected": 4,
    "withdrawn": 5,
}
_QUIET = {"fixed in this version", "not affected"}
_REBUILD = re.compile(r"\+b[0-9]+\Z")


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is shipped, as an input names it.

    `ecosystem` is the OSV name with its release ("Debian:12"), "" when the input does not tell; `name` is the name in
    that ecosystem ("group:artifact" for Maven, "@scope/name" for npm, "github.com/owner/name" for GIT).
    `source_name` and `source_version` are those of the source package when they differ (Debian, Alpine, RPM).
    """

    name: str
    version: str = ""
    ecosystem: str = ""
    purl: str = ""
    source_name: str = ""
    source_version: str = ""
    repo: str = ""  # the address of the repository, as given
    commit: str = ""  # 40 or 64 hex digits
    cpes: tuple[str, ...] = ()  # only those somebody declared for this component
    place: str = ""  # where it stands in the input: "sbom.json: components[3]", "status:120"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one source says about one component and one advisory."""

    advisory: str  # the id this source uses
    source: str  # the name of the source in the index
    verdict: Verdict
    why: str  # one sentence: the range with its versions, the enumerated version, the commit, the state
    state: str = ""  # the source's own word, such as "no-dsa: postponed"
    fixed: str = ""  # the version that repairs it, as the source writes it
    range: tuple[str, str] = ("", "")  # the keys lo and hi that were compared
    key: str = ""  # the key of the component's version
    line: str = ""  # where it stands in the source: "data/CVE/list:1204", "all.zip: GHSA-….json"
    by: Literal["range", "version", "commit", "cpe", "state", "none"] = "range"  # cpe: less sure than the others


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one component and one vulnerability; `told` keeps what each source says.

    `vulnerability` is "" where the answer is about the component alone ("no data").
    `verdict`, `why`, `source`, `state`, and `fixed` are those of the source that decides: one that says affected before
    one that cannot tell, that before one that says fixed, not affected, or withdrawn.
    """

    component: Component
    vulnerability: str
    aliases: tuple[str, ...] = ()
    verdict: Verdict
    why: str
    source: str = ""
    state: str = ""
    fixed: str = ""
    told: tuple[Told, ...] = ()
    summary: str = ""
    severity: str = ""


class Asked(msgspec.Struct, frozen=True):
    """One question to the index: a name in an ecosystem, and the version that is compared there."""

    ecosystem: str
    name: str
    version: str
    by_cpe: bool = False


def match(*, index: "Index", components: Iterable[Component], everything: bool = False) -> Iterator[Finding]:
    """Yield the findings of each component in turn, by vulnerability.

    Without `everything` those that say fixed or not affected are left out; the others always come: affected,
    unknown version, no data, withdrawn. A component without any finding is known to the index and not touched.
    """
    for component in components:
        judged, silence = _judged(index, component, everything=everything)
        if silence:
            yield Finding(component=component, vulnerability="", verdict="no data", why=silence)
        if judged:
            yield from _merged(index, component, judged, everything=everything)


def names_of(component: Component, /) -> list[Asked]:
    """Return what the index is asked for a component.

    Debian and Alpine know source packages only; the others of the RPM family name either, so both are asked. A rebuild
    without changes (``+b1``, Debian Policy 5.6.12) has the version of its source.
    """
    ecosystem = component.ecosystem
    if not component.source_name and not component.source_version and not component.cpes:
        version = component.version
        if ecosystem.startswith("Debian") and "+b" in version:
            version = _REBUILD.sub("", version)
        return [Asked(ecosystem, name_in(ecosystem=ecosystem, name=component.name), version)] if ecosystem else []
    source = component.source_name or component.name
    version = component.source_version or component.version
    if scheme_of(ecosystem=ecosystem) == "deb" and not component.source_version:
        version = _REBUILD.sub("", version)
    asked = [Asked(ecosystem, name_in(ecosystem=ecosystem, name=source), version)] if ecosystem else []
    if scheme_of(ecosystem=ecosystem) == "rpm" and source != component.name:
        asked.append(Asked(ecosystem, component.name, component.version))
    return asked


def _judged(index: "Index", component: Component, *, everything: bool) -> tuple[list[Judged], str]:
    """Return what the sources say, and "" or why they have no data."""
    ecosystem = component.ecosystem
    found: list[Judged] = []
    silence = ""
    if ecosystem == "GIT":
        found, silence = _repository(index, component)
    elif ecosystem in index.ecosystems:
        for asked in names_of(component):
            rows = index.package(ecosystem, asked.name)
            if rows:
                found += judge(rows, version=asked.version, key=_key(ecosystem, asked.version), everything=everything)
    else:
        silence = _silence(index, ecosystem)
    if component.cpes and (silence or not found):
        by_cpe, is_known = _by_cpes(index, component, everything=everything)
        found += by_cpe
        silence = "" if is_known else silence
    return found, silence


def _key(ecosystem: str, version: str) -> str | None:
    """Return the key of a version; None when it has none, or when there is no version."""
    scheme = scheme_of(ecosystem=ecosystem)
    if scheme is None or not version:
        return None
    try:
        return key_function(scheme)(version)
    except InvalidVersion:
        return None


def _silence(index: "Index", ecosystem: str) -> str:
    if not ecosystem:
        return "the input does not say what this is: neither purl nor repository nor release"
    vendor = ecosystem.partition(":")[0]
    others = sorted(name for name in index.ecosystems if name.partition(":")[0] == vendor)
    if others:
        shown = ", ".join(others[:6]) + (", …" if len(others) > 6 else "")
        return f"the index knows nothing about {ecosystem}; of {vendor} it knows {shown}"
    return f"the index knows nothing about {ecosystem}"


def _repository(index: "Index", component: Component) -> tuple[list[Judged], str]:
    repo = repository_name(address=component.repo or component.name)
    rows = index.package("GIT", repo) if "GIT" in index.ecosystems else []
    if not rows:
        return [], f"the index knows nothing about the repository {repo}"
    commits = index.commits(repo, component.commit.lower()) if component.commit else []
    key = _key("GIT", component.version)
    return judge_repository(rows, commits, commit=component.commit, version=component.version, key=key), ""


def _by_cpes(index: "Index", component: Component, *, everything: bool) -> tuple[list[Judged], bool]:
    """Return what the index says by declared CPEs, and whether it knows any of them."""
    from midstream.analysis.exposure.cpes import cpe_parts  # noqa: PLC0415 - few components have one

    found: list[Judged] = []
    is_known = False
    for text in component.cpes:
        try:
            name, version = cpe_parts(text)
        except ValueError:
            continue  # a wildcard identifies nothing; the component stays without data
        rows = index.package("CPE", name)
        is_known = is_known or bool(rows)
        version = version or component.version
        judged = judge(rows, version=version, key=_key("CPE", version), everything=everything)
        found += [each._replace(by="cpe") for each in judged]
    return found, is_known


def _merged(
    index: "Index", component: Component, judged: list[Judged], *, everything: bool
) -> Iterator[Finding]:
    groups: dict[str, list[Told]] = {}
    facts: dict[str, tuple[str, str]] = {}
    for each in judged:
        known = index.advisory(each.advisory, each.source)
        told = Told(
            advisory=each.advisory,
            source=index.source_name(each.source),
            verdict="withdrawn" if known.withdrawn else each.verdict,
            why=f"withdrawn on {known.withdrawn}; it said: {each.why}" if known.withdrawn else each.why,
            state=each.state,
            fixed=each.fixed,
            range=(each.lo, each.hi),
            key=each.key,
            line=each.line,
            by=each.by,
        )
        groups.setdefault(known.canonical, []).append(told)
        summary, severity = facts.get(known.canonical, ("", ""))
        facts[known.canonical] = summary or known.summary, severity or known.severity
    for canonical in sorted(groups):
        told_by = groups[canonical]
        first = min(told_by, key=lambda told: _RANK[told.verdict])
        if first.verdict in _QUIET and not everything:
            continue
        yield Finding(
            component=component,
            vulnerability=canonical,
            aliases=index.aliases(canonical)[1:],
            verdict=first.verdict,
            why=first.why,
            source=first.source,
            state=first.state,
            fixed=first.fixed,
            told=tuple(told_by),
            summary=facts[canonical][0],
            severity=facts[canonical][1],
        )
