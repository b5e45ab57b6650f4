"""What the desk knows of a project: its file, its policy, its rotation, its CVE ids, its releases."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from midstream.cases.errors import Refused
from midstream.cases.team import Team, replay_team
from midstream.desk.desk import Decision, Desk
from midstream.desk.errors import Misuse, NotFound
from midstream.formats.toml import line_of, nearest
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.cve import CveAllocated, CveBlockReserved
from midstream.ledger.kinds.process import (
    AbsenceRecorded,
    PolicyActivated,
    ProjectConfigured,
    ReleaseTagged,
    RotationShift,
)
from midstream.policy.book import Book
from midstream.policy.resolve import resolve
from midstream.policy.spans import holidays_of
from midstream.project import ProjectError, read_project


def load_project(desk: Desk, *, text: str, where: str, by: str) -> tuple[Fact, ...]:
    """Return the facts that record a project's file as it is from now on; none when nothing changed.

    Anybody may load a project the desk does not serve yet; a loaded one is changed by its response team. Raises
    `ProjectError` naming file and line.
    """
    body = project_body(text, where=where)
    project = read_project(text, where=where)

    def decision() -> Decision:
        now = desk.clock()
        if project.id in desk.projects():
            _check_member(desk, project.id, by)
        earlier = desk.store.facts(f"project/{project.id}")
        last = next((fact for fact in reversed(earlier) if isinstance(fact.body, ProjectConfigured)), None)
        if last is not None and isinstance(last.body, ProjectConfigured) and last.body.digest == body.digest:
            return Decision(now=now)
        return _draft(project.id, body, earlier, now=now, by=by)

    return desk.commit(decision, key=f"project:{body.digest[:32]}")


def project_body(text: str, *, where: str = "midstream.toml") -> ProjectConfigured:
    """Return the body of the fact that records a project's file; raise `ProjectError` naming file and line.

    The holidays that people keep are looked up, so that no task is ever asked for working days that nobody can count.
    """
    project = read_project(text, where=where)
    for count, person in enumerate(project.people):
        try:
            holidays_of(person.holidays)
        except ValueError as error:
            what, _, hint = str(error).partition("; ")
            line = line_of(text, ("person", count, "holidays"))
            raise ProjectError(what, where=f"{where}:{line}", hint=f"{hint[:1].upper()}{hint[1:]}.") from None
    return ProjectConfigured(project=project.id, text=text, digest=hashlib.sha256(text.encode()).hexdigest())


def policy_body(name: str, book: Book) -> PolicyActivated:
    """Return the body of the fact that records a policy with all texts it rests on; raise `PolicyError`.

    Every text is resolved on its first day, so that a policy that cannot be used is never recorded.
    """
    for version in book.texts.get(name, ()):
        resolve(book, name, version.header.valid_from)
    if name not in book.texts:
        raise Misuse(f"no policy is called {name!r}", hint=nearest(name, set(book.texts)))
    texts = book.with_ancestors(name)
    digest = hashlib.sha256("\0".join(part for text in texts for part in (text.where, text.text)).encode()).hexdigest()
    return PolicyActivated(
        policy=name, files=tuple(text.where for text in texts), texts=tuple(text.text for text in texts), digest=digest
    )


def activate_policy(desk: Desk, *, project: str, book: Book, by: str) -> tuple[Fact, ...]:
    """Return the facts that record the policy a project follows from now on, with all texts; none when nothing changed.

    Raises `PolicyError` for a policy that cannot be used.
    """
    desk.projects()  # looks up where each project stands now
    body = policy_body(desk.team(project).project.policy, book)

    def decision() -> Decision:
        now = desk.clock()
        _check_member(desk, project, by)
        if desk.team(project).policy_digest == body.digest:
            return Decision(now=now)
        return _draft(project, body, desk.store.facts(f"project/{project}"), now=now, by=by)

    return desk.commit(decision, key=f"policy:{body.digest[:32]}")


def set_up(desk: Desk, *, text: str, where: str, book: Book, by: str) -> tuple[Fact, ...]:
    """Return the facts that record a project's file and the policy it names from `book`; none when nothing changed.

    Both are checked first, so that a file whose policy cannot be used records nothing. Raises `ProjectError`,
    `PolicyError`, `Misuse`, and `Refused` for somebody who is not on the response team that the file names: they could
    not go on with it.
    """
    project = read_project(text, where=where)
    policy_body(project.policy, book)
    person = project.person(by)
    if person is None or "response-team" not in person.roles:
        raise Refused(
            f"{by or 'nobody'} is not on the response team that {where} names", hint="Say who you are: --as NAME."
        )
    facts = load_project(desk, text=text, where=where, by=by)
    return (*facts, *activate_policy(desk, project=project.id, book=book, by=by))


def record_shift(
    desk: Desk, *, project: str, person: str, starts_at: datetime, ends_at: datetime, by: str, absent: bool = False
) -> tuple[Fact, ...]:
    """Return the facts that record a shift, or with `absent` an absence, of a person of the project."""
    _check_member(desk, project, by)  # before the names, which are not for everybody
    _check_span(starts_at, ends_at)
    people = {entry.name for entry in desk.team(project).project.people}
    if person not in people:
        raise Misuse(f"{project} has nobody called {person!r}", hint=nearest(person, people))
    body: Body = RotationShift(person=person, starts_at=starts_at, ends_at=ends_at)
    if absent:
        body = AbsenceRecorded(person=person, starts_at=starts_at, ends_at=ends_at)

    def decision() -> Decision:
        now = desk.clock()
        _check_member(desk, project, by)
        earlier = desk.store.facts(f"project/{project}")
        if any(fact.body == body for fact in earlier):
            return Decision(now=now)
        return _draft(project, body, earlier, now=now, by=by)

    return desk.commit(decision, key="")


def reserve_cves(desk: Desk, *, project: str, cves: Sequence[str], by: str) -> tuple[Fact, ...]:
    """Return the facts that record a block of CVE ids; raise `Refused` when one of them was reserved before."""

    def decision() -> Decision:
        now = desk.clock()
        _check_member(desk, project, by)
        earlier = desk.store.facts(f"project/{project}")
        known = {
            cve
            for fact in earlier
            for cve in (
                fact.body.cves
                if isinstance(fact.body, CveBlockReserved)
                else (fact.body.cve,)
                if isinstance(fact.body, CveAllocated)
                else ()
            )
        }
        if again := sorted(known & set(cves)):
            raise Refused(f"{again[0]} is reserved already", hint="Name only ids that are new.")
        years = {cve.split("-")[1] for cve in cves if cve.count("-") == 2}
        if len(years) != 1 or not min(years).isdecimal():
            raise Misuse("a block has CVE ids of one year", hint="Write for instance CVE-2026-12345 CVE-2026-12346.")
        body = CveBlockReserved(year=int(min(years)), cves=tuple(dict.fromkeys(cves)))
        return _draft(project, body, earlier, now=now, by=by)

    return desk.commit(decision, key="")


def tag_release(desk: Desk, *, project: str, tag: str, branch: str, commit: str, by: str) -> tuple[Fact, ...]:
    """Return the facts that record a release; none when it is recorded. Raises `Refused` for a moved tag."""
    _check_member(desk, project, by)
    body = ReleaseTagged(tag=tag, branch=branch, commit=commit)
    branches = {entry.name for entry in desk.team(project).project.branches}
    if branch not in branches:
        raise Misuse(f"{project} has no branch {branch!r}", hint=nearest(branch, branches))

    def decision() -> Decision:
        now = desk.clock()
        _check_member(desk, project, by)
        earlier = desk.store.facts(f"project/{project}")
        for known in (fact.body for fact in earlier if isinstance(fact.body, ReleaseTagged)):
            if known.tag == tag and known != body:
                raise Refused(
                    f"{tag} is recorded as {known.commit[:12]} on {known.branch}", hint="A released tag never moves."
                )
            if known == body:
                return Decision(now=now)
        return _draft(project, body, earlier, now=now, by=by)

    return desk.commit(decision, key="")


def roster(desk: Desk, *, project: str, by: str, as_of: datetime | None = None) -> Team:
    """Return the project with its shifts and absences, for those who belong to it."""
    known = desk.projects().get(project)
    if known is None or known.person(by) is None:
        raise NotFound(f"no project is called {project!r} here", hint="Its rotation is shown to its own people.")
    team = replay_team(desk.store.facts(f"project/{project}"), project=project, as_of=as_of)
    if team is None:
        raise Misuse(f"{project} was not loaded at that moment", hint="Ask for a later moment.")
    return team


def _check_member(desk: Desk, project: str, by: str) -> None:
    if project not in desk.viewer(by).teams:
        raise Refused(f"{by or 'nobody'} is not on the response team of {project}", hint="Say who you are: --as NAME.")


def _check_span(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Misuse("it ends before it begins", hint="Swap the two instants.")


def _draft(project: str, body: Body, earlier: list[Fact], *, now: datetime, by: str) -> Decision:
    stream = f"project/{project}"
    draft = Draft(stream=stream, said_by=by, happened_at=now, body=body)
    return Decision(now=now, drafts=(draft,), streams={stream: earlier})
