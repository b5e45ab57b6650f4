"""Answers: what the data says about each component, together with what people say about it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from midstream.analysis.exposure.match import Component, Finding, Told, Verdict
from midstream.analysis.exposure.statements import Statement, speaks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

By = Literal["data", "statement"]

_RANK = {
    "affected": 0,
    "unknown version": 1,
    "no data": 2,
    "fixed in this version": 3,
    "not affected": 4,
    "withdrawn": 5,
}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one component and one vulnerability, in the input `where`.

    `verdict` and `why` are what counts; `by` says whether the data or a statement decides. `found` is the verdict of
    the data alone, "" when it says nothing. `statements` are all that speak of it, the newest of each voice;
    `is_disputed` when they contradict one another, and then none of them lowers the verdict.
    """

    where: str
    component: Component
    vulnerability: str
    aliases: tuple[str, ...] = ()
    verdict: Verdict
    why: str
    by: By = "data"
    found: Verdict | Literal[""] = ""
    is_disputed: bool = False
    severity: str = ""
    summary: str = ""
    source: str = ""
    state: str = ""
    fixed: str = ""
    statements: tuple[Statement, ...] = ()
    told: tuple[Told, ...] = ()


def rank_of(verdict: str, /) -> int:
    """Return where a verdict stands when answers are sorted: what asks for something first."""
    return _RANK[verdict]


def answers_of(
    *,
    where: str,
    findings: Iterable[Finding],
    components: Sequence[Component],
    statements: Sequence[Statement],
    root: Component | None = None,
) -> tuple[list[Answer], list[Statement]]:
    """Return the answers, in the order of the findings, and the statements that speak of nothing here.

    The rules, which the page "How statements count" tells:

    1. Of one voice, the latest statement about a component and a vulnerability counts.
    2. Where the voices agree, their word is the verdict, and the data's own verdict stays beside it.
    3. Where they contradict one another, none lowers the verdict: it is the data's, or affected when one says so.
    4. "Affected" counts also where the data knows nothing; "not affected" and "fixed" then have nothing to answer.
    """
    if not statements:
        return [_plain(where, finding) for finding in findings], []
    by_id: dict[str, list[Statement]] = {}
    for statement in statements:
        for name in statement.ids:
            by_id.setdefault(name.upper(), []).append(statement)
    used: set[int] = set()
    answered: set[tuple[Component, str]] = set()
    answers: list[Answer] = []
    for finding in findings:
        said = _speaking(by_id, (finding.vulnerability, *finding.aliases), finding.component, root)
        used.update(map(id, said))
        answered |= {(finding.component, name.upper()) for name in (finding.vulnerability, *finding.aliases)}
        answers.append(_judged(where, finding, _newest(said)) if said else _plain(where, finding))
    for component, said in _unanswered(statements, components, root, answered):
        used.update(map(id, said))
        if answer := _only_said(where, component, _newest(said)):
            answers.append(answer)
    return answers, [statement for statement in statements if id(statement) not in used]


def _plain(where: str, finding: Finding) -> Answer:
    return Answer(
        where=where,
        component=finding.component,
        vulnerability=finding.vulnerability,
        aliases=finding.aliases,
        verdict=finding.verdict,
        why=finding.why,
        found=finding.verdict,
        severity=finding.severity,
        summary=finding.summary,
        source=finding.source,
        state=finding.state,
        fixed=finding.fixed,
        told=finding.told,
    )


def _speaking(
    by_id: dict[str, list[Statement]], names: Iterable[str], component: Component, root: Component | None
) -> list[Statement]:
    found = {id(said): said for name in names if name for said in by_id.get(name.upper(), ())}
    return [said for said in found.values() if speaks_of(said, component, root=root)]


def _newest(said: Sequence[Statement]) -> list[Statement]:
    """Return the latest of each voice; of the same moment all, since nobody can tell which one holds."""
    latest: dict[str, str] = {}
    for each in said:
        latest[each.voice] = max(latest.get(each.voice, ""), each.at)
    return [each for each in said if each.at == latest[each.voice]]


def _judged(where: str, finding: Finding, said: list[Statement]) -> Answer:
    plain = _plain(where, finding)
    statuses = {each.status for each in said}
    words = "; ".join(dict.fromkeys(_in_words(each) for each in said))
    if len(statuses) > 1:
        verdict: Verdict = "affected" if "affected" in statuses else finding.verdict
        return _with(plain, said, verdict=verdict, why=f"statements contradict each other: {words}", is_disputed=True)
    (status,) = statuses
    if status == "under_investigation":
        return _with(plain, said, verdict=finding.verdict, why=f"{finding.why}; {words}", by="data")
    return _with(plain, said, verdict=_VERDICTS[status], why=words)


_VERDICTS: dict[str, Verdict] = {
    "not_affected": "not affected",
    "affected": "affected",
    "fixed": "fixed in this version",
}


def _with(
    answer: Answer,
    said: list[Statement],
    *,
    verdict: Verdict,
    why: str,
    by: By = "statement",
    is_disputed: bool = False,
) -> Answer:
    return msgspec.structs.replace(
        answer, verdict=verdict, why=why, by=by, is_disputed=is_disputed, statements=tuple(said)
    )


def _in_words(said: Statement) -> str:
    reason = said.justification.replace("_", " ") or said.detail or said.action
    return f"{said.said_by} says {said.status.replace('_', ' ')}" + (f": {reason}" if reason else "")


def _unanswered(
    statements: Sequence[Statement],
    components: Sequence[Component],
    root: Component | None,
    answered: set[tuple[Component, str]],
) -> "Iterator[tuple[Component, list[Statement]]]":
    """Yield what statements say "affected" of where the data is silent, with all that speaks of the same."""
    names: dict[str, list[Statement]] = {}
    for statement in statements:
        names.setdefault(statement.vulnerability, []).append(statement)
    for said in names.values():
        if all(each.status in {"not_affected", "fixed"} for each in said):
            continue
        for component in components:
            speaking = [each for each in said if speaks_of(each, component, root=root)]
            ids = {(component, name.upper()) for each in speaking for name in each.ids}
            if speaking and not ids & answered:
                yield component, speaking


def _only_said(where: str, component: Component, said: list[Statement]) -> Answer | None:
    statuses = {each.status for each in said}
    if "affected" not in statuses:
        return None
    words = "; ".join(dict.fromkeys(_in_words(each) for each in said))
    disputed = len(statuses) > 1
    return Answer(
        where=where,
        component=component,
        vulnerability=said[0].vulnerability,
        aliases=said[0].aliases,
        verdict="affected",
        why=f"statements contradict each other: {words}" if disputed else words,
        by="statement",
        is_disputed=disputed,
        statements=tuple(said),
    )
