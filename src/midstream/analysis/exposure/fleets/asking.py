"""Questions to a whole fleet: who is affected by one vulnerability, and what all that is shipped is touched by."""

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.exposure.answers import Answer, answers_of, rank_of
from midstream.analysis.exposure.match import Component, Finding, Verdict, match

if TYPE_CHECKING:
    from midstream.analysis.exposure.fleets.file import Fleet
    from midstream.analysis.exposure.fleets.rows import Kept
    from midstream.analysis.exposure.index import Index
    from midstream.analysis.exposure.statements import Statement

_QUIET = {"fixed in this version", "not affected"}


class Exposed(msgspec.Struct, frozen=True, kw_only=True):
    """One input that has something to do with a vulnerability, and the answers for its components."""

    input: "Kept"
    answers: list[Answer]


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """One vulnerability with one verdict: how many distinct components, in how many inputs, and one of them with why.

    `vulnerability` is "" for components the index knows nothing about.
    """

    vulnerability: str
    verdict: Verdict
    severity: str
    summary: str
    components: int
    inputs: int
    example: Component
    why: str
    fixed: str


class Silent(msgspec.Struct, frozen=True, kw_only=True):
    """An ecosystem of which the index knows nothing, how many distinct components are of it, and why."""

    ecosystem: str
    components: int
    why: str


class FleetScan(msgspec.Struct, frozen=True, kw_only=True):
    """What a scan of a fleet came to: the vulnerabilities, the most urgent first, and where the index has no data.

    `counts` says how many there are of each verdict, also of those that were not asked for.
    """

    open: list[Open]
    silent: list[Silent]
    counts: dict[str, int]


def who_is_affected(*, fleet: "Fleet", index: "Index", vulnerability: str, everything: bool = False) -> list[Exposed]:
    """Return the inputs with components that a vulnerability touches, those that are affected first.

    Only components of the names the index has for it are looked at, then the inputs that have them. What an input says
    about itself counts. Without `everything`, inputs whose every answer is "fixed" or "not affected" are left out.
    """
    touched, by_component = _touched(fleet, index, vulnerability)
    said = fleet.statements() if touched else {}
    loud = None  # where nobody says otherwise, inputs without one of these are left out
    if not everything and not said:
        loud = {
            number for number, one in touched.items() if any(each.verdict not in _QUIET for each in by_component[one])
        }
    has_them = list(fleet.who_has(set(touched), one_of=loud))
    kept = {entry.id: entry for entry in fleet.inputs([number for number, _ in has_them])}
    found: list[Exposed] = []
    plain: dict[tuple[int, ...], list[Answer]] = {}
    for number, has in has_them:
        statements = said.get(number, [])
        answers = plain.get(tuple(has)) if not statements else None
        if answers is None:
            findings = [finding for each in has for finding in by_component[touched[each]]]
            answers = _answers(findings, [touched[each] for each in has], statements)
            if not statements:
                plain[tuple(has)] = answers
        if everything or any(answer.verdict not in _QUIET for answer in answers):
            found.append(Exposed(input=kept[number], answers=answers))
    return sorted(found, key=lambda entry: (rank_of(entry.answers[0].verdict), entry.input.name))


def _touched(
    fleet: "Fleet", index: "Index", vulnerability: str
) -> "tuple[dict[int, Component], dict[Component, list[Finding]]]":
    """Return the components that it touches, by their numbers in the fleet, and what was found of each."""
    names = index.packages_of(vulnerability)
    held = dict(fleet.components_named(names))
    if any(ecosystem == "CPE" for ecosystem, _ in names):
        held |= dict(fleet.components_with_cpe())
    by_component: dict[Component, list[Finding]] = {}
    only = index.ids_of(vulnerability)[0]
    for finding in match(index=index, components=held.values(), everything=True, only=only):
        if finding.vulnerability == only:
            by_component.setdefault(finding.component, []).append(finding)
    return {number: component for number, component in held.items() if component in by_component}, by_component


def _answers(findings: list[Finding], components: "list[Component]", statements: "list[Statement]") -> list[Answer]:
    answers, _ = answers_of(where="", findings=findings, components=components, statements=statements)
    return sorted(answers, key=lambda answer: rank_of(answer.verdict))


def scan_fleet(
    *, fleet: "Fleet", index: "Index", only: "set[int] | None" = None, first: int | None = None
) -> FleetScan:
    """Return which vulnerabilities touch the fleet, and of which ecosystems the index knows nothing.

    Components that have a key are looked up all at once, the others one by one; `only` may narrow the former down
    further (see `frames`). With `first`, so many of the most urgent are told, and all are counted. What inputs say
    about themselves does not count here: another one with the same component may say something else;
    `who_is_affected` tells them apart.
    """
    in_ranges, asked = fleet.looked_up_in(index.path)
    alone = dict(asked)
    more = {number for _, is_open, held in in_ranges if is_open for number in held} - alone.keys()
    alone |= fleet.components_of(more)
    groups: dict[tuple[str, Verdict], set[int]] = {}
    for vulnerability, _, held in in_ranges:
        simply = [number for number in held if number not in alone and (only is None or number in only)]
        if simply:
            groups.setdefault((vulnerability, "affected"), set()).update(simply)
    numbers: dict[Component, list[int]] = {}
    for number, component in alone.items():
        numbers.setdefault(component, []).append(number)
    for found_one in match(index=index, components=numbers):
        groups.setdefault((found_one.vulnerability, found_one.verdict), set()).update(numbers[found_one.component])
    inputs = dict(zip(groups, fleet.holders(list(groups.values())), strict=True))
    urgent = sorted(filter(inputs.get, groups), key=lambda group: (rank_of(group[1]), -inputs[group], group[0]))
    shown = {group: min(groups[group]) for group in urgent[:first]}
    components = fleet.components_of(set(shown.values()))
    why = _reasons(index, {group: components[number] for group, number in shown.items()})
    silent = [
        Silent(ecosystem=ecosystem, components=count, why=finding.why)
        for ecosystem, count, example in fleet.ecosystems(without={"GIT", *index.ecosystems})
        for finding in match(index=index, components=[example])
        if finding.verdict == "no data"
    ]
    return FleetScan(
        open=[_open(why[group], len(groups[group]), inputs[group]) for group in shown],
        silent=silent,
        counts=Counter(verdict for _, verdict in urgent),
    )


def _reasons(index: "Index", examples: dict[tuple[str, Verdict], Component]) -> dict[tuple[str, Verdict], Finding]:
    """Return the finding of each vulnerability and verdict for its example: only what is shown needs a reason."""
    wanted = set(examples.items())
    distinct = dict.fromkeys(examples.values())
    return {
        (finding.vulnerability, finding.verdict): finding
        for finding in match(index=index, components=distinct)
        if ((finding.vulnerability, finding.verdict), finding.component) in wanted
    }


def _open(finding: Finding, components: int, inputs: int) -> Open:
    return Open(
        vulnerability=finding.vulnerability,
        verdict=finding.verdict,
        severity=finding.severity,
        summary=finding.summary,
        components=components,
        inputs=inputs,
        example=finding.component,
        why=finding.why,
        fixed=finding.fixed,
    )
