"""The desk itself: its parts, what it knows of projects and cases, and how a decision becomes facts."""

import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from midstream.cases.case import Case, replay
from midstream.cases.team import Team
from midstream.cases.visibility import Sight, Viewer, sight, viewer
from midstream.desk.derive import Known, Shelf, known, team_of, view
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.ports import Conflict, MailReader, Pages, Poster, Signer, SiteMaker, Store, Target
from midstream.desk.views import CaseView
from midstream.formats.csaf.places import Verifier
from midstream.ledger.chain import head_of, record
from midstream.ledger.fact import Draft, Fact
from midstream.project import Project

ATTEMPTS = 100
"""How often a decision is made anew when others append at the same time; each attempt sees their facts."""

WORKER = "worker"
"""The name under which the worker says what it did. It acts for every team; no person may be called so."""

MOVES_DUTIES = frozenset({"project.configured", "policy.activated", "rotation.shift", "absence.recorded"})
"""The kinds of fact in a project stream after which the duties of all its cases are derived again."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What to record, and what it rests on: all facts of each stream the drafts go to, as they were read.

    With no drafts, `already` are the facts that an earlier command of the same key recorded. `blobs` are (case,
    content) to be kept in the same transaction.
    """

    now: datetime
    drafts: tuple[Draft, ...] = ()
    streams: Mapping[str, list[Fact]] = {}
    already: tuple[Fact, ...] = ()
    blobs: tuple[tuple[str, bytes], ...] = ()


class Desk(msgspec.Struct, kw_only=True):
    """Everything a verb needs: the store, the clock, the mail reader, and the policies compiled so far.

    `site` makes the pages of the public site, `open_target` opens the place named to publish to, and `site_at` is the
    one where the worker publishes; empty when it publishes nowhere. `open_signer` opens the key that signs what is
    published, and gives None when none is named; `verifier` checks signatures. `open_pages` opens pages that people
    write.
    `post` tells other systems of new facts; without it none is told.
    """

    store: Store
    clock: Callable[[], datetime]
    read_mail: MailReader
    site: SiteMaker | None = None
    open_target: Callable[[str], Target] | None = None
    site_at: str = ""
    open_pages: Callable[[], Pages] | None = None
    open_signer: Callable[[], Signer | None] | None = None
    verifier: Verifier | None = None
    post: Poster | None = None
    shelf: Shelf = msgspec.field(default_factory=Shelf)
    _teams: dict[tuple[str, datetime | None], tuple[int, Team | None]] = {}
    _numbers: dict[str, int] = {}

    def find_team(self, project: str, *, as_of: datetime | None = None) -> tuple[int, Team | None]:
        """Return the number at which the project's stream stands and the project at that moment, None if not loaded.

        What stands there was looked up when the viewer was last asked for, which every command does first; a
        command that rests on an older number is refused by the store, and decided anew after another look.
        """
        number = self._numbers.get(project)
        if number is None:
            number = self._numbers[project] = self.store.head(f"project/{project}").number
        kept = self._teams.get((project, as_of))
        if kept is None or kept[0] != number:
            facts = self.store.facts(f"project/{project}")
            number = self._numbers[project] = facts[-1].number if facts else 0
            kept = number, team_of(facts, project=project, as_of=as_of)
            self._teams[project, as_of] = kept
        return kept

    def team(self, project: str, *, as_of: datetime | None = None) -> Team:
        """Return the project at a moment; raise `NotFound` when the desk does not serve it."""
        _, found = self.find_team(project, as_of=as_of)
        if found is None:
            raise NotFound(f"no project is called {project!r} here", hint="Load it: midstream project load FILE.")
        return found

    def projects(self) -> dict[str, Project]:
        """Return the projects the desk serves, by id, as they stand now."""
        heads = self.store.heads("project/")
        self._numbers = {head.stream.removeprefix("project/"): head.number for head in heads}
        teams = {name: self.find_team(name)[1] for name in self._numbers}
        return {name: team.project for name, team in teams.items() if team is not None}

    def viewer(self, person: str) -> Viewer:
        """Return what the person may see, by the project files as they are now: access is not a thing of the past."""
        projects = self.projects()
        if person == WORKER:
            return Viewer(person=WORKER, teams=frozenset(projects))
        return viewer(person, projects)

    def case(self, case: str, *, by: str, as_of: datetime | None = None) -> tuple[Case, Sight]:
        """Return the case and how much of it the person sees; raise `NotFound` when that is nothing.

        Unknown and forbidden are the same error, word for word, after the same work. What may be seen is decided by the
        case as it is now, even when it is shown as it was at `as_of`.
        """
        who = self.viewer(by)
        # The store's own rule first: of a case that is not for them, no more is read than of one that is not there.
        name = case if is_case_name(case) else ""
        may_be = self.store.sight_of_case(who, name) is not Sight.NOTHING
        facts = self.store.facts(f"case/{case}") if may_be else []
        now = replay(facts, case=case)
        seen = sight(who, now) if facts else Sight.NOTHING
        if seen is Sight.NOTHING:
            raise NotFound(f"no case is called {case[:80]!r} here", hint="See those you may see: midstream case list.")
        return (now if as_of is None else replay(facts, case=case, as_of=as_of)), seen

    def name_of(self, text: str, *, by: str) -> str:
        """Return the case that a text names to somebody: by its own name, or by an id of its advisory in any letters.

        The ids are ours, the CVE id, the GHSA id and its other names. A text by which nothing is called that they may
        see comes back as it was, for `case` to refuse. Raises `Misuse` when it could be several.
        """
        who = self.viewer(by)
        if not is_case_name(text) or self.store.sight_of_case(who, text) is not Sight.NOTHING:
            return text
        found = self.store.cases_called(who, text)
        if len(found) > 1:
            raise Misuse(f"{text} is the name of several cases: {', '.join(found)}", hint="Name one of them.")
        return found[0] if found else text

    def known(self, case: Case, *, as_of: datetime | None = None) -> Known:
        """Return the case with the policy it is under and its duties."""
        return known(case, self.team(case.project, as_of=as_of), self.shelf)

    def commit(self, decide: Callable[[], Decision], *, key: str) -> tuple[Fact, ...]:
        """Return the facts recorded for what `decide` returns.

        `decide` reads and checks; when a stream moved on meanwhile it is called again, so that every decision rests
        on the latest facts.
        """
        left = ATTEMPTS
        while True:
            decision = decide()
            if not decision.drafts:
                return decision.already
            facts = self.chain(decision, key=key)
            views, expect = self._after(decision, facts)
            try:
                self.store.append(facts, views=views, expect=expect, blobs=decision.blobs)
            except Conflict:
                left -= 1
                if not left:
                    raise
            else:
                self._catch_up(facts, expected=expect)
                return facts
            finally:
                self._numbers.clear()

    def _catch_up(self, facts: tuple[Fact, ...], *, expected: Mapping[str, int]) -> None:
        """Derive the views of cases begun while a project changed: no number could be expected of them.

        Whoever begins a case after this rests on the changed project, or is refused and decides anew.
        """
        moved = {fact.stream.removeprefix("project/") for fact in facts if fact.kind in MOVES_DUTIES}
        begun = [stream for stream in self.store.streams("case/") if stream not in expected] if moved else []
        for stream in begun:
            case = replay(so_far := self.store.facts(stream), case=stream.removeprefix("case/"))
            if case.project not in moved:
                continue
            self._numbers.clear()
            number, team = self.find_team(case.project)
            if team is not None:
                expect = {stream: so_far[-1].number, f"project/{case.project}": number}
                with contextlib.suppress(Conflict):  # whoever moved the case on put its view in place
                    self.store.replace_views([view(known(case, team, self.shelf))], expect=expect)

    def chain(self, decision: Decision, *, key: str) -> tuple[Fact, ...]:
        """Return the facts that a decision comes to, chained onto their streams but not recorded."""
        facts: list[Fact] = []
        for stream, so_far in decision.streams.items():
            drafts = [draft for draft in decision.drafts if draft.stream == stream]
            facts += record(head_of(so_far, stream=stream), drafts, recorded_at=decision.now, key=key)
        return tuple(facts)

    def _after(self, decision: Decision, facts: tuple[Fact, ...]) -> tuple[list[CaseView], dict[str, int]]:
        """Return the views after `facts`, and at which number each stream they rest on stood."""
        streams: dict[str, list[Fact]] = {stream: list(so_far) for stream, so_far in decision.streams.items()}
        expect = {stream: so_far[-1].number if so_far else 0 for stream, so_far in streams.items()}
        for fact in facts:
            streams[fact.stream].append(fact)
        moved = {fact.stream.removeprefix("project/") for fact in facts if fact.kind in MOVES_DUTIES}
        if moved:
            for stream in self.store.streams("case/"):
                if stream not in streams and replay(so_far := self.store.facts(stream), case="").project in moved:
                    streams[stream], expect[stream] = so_far, so_far[-1].number
        views: list[CaseView] = []
        for stream, whole in streams.items():
            if stream.startswith("case/"):
                case = replay(whole, case=stream.removeprefix("case/"))
                team, number = self._team_after(case.project, streams)
                expect.setdefault(f"project/{case.project}", number)
                if team is not None:
                    views.append(view(known(case, team, self.shelf)))
        return views, expect

    def _team_after(self, project: str, streams: Mapping[str, list[Fact]]) -> tuple[Team | None, int]:
        if (facts := streams.get(f"project/{project}")) is not None:
            return team_of(facts, project=project), facts[-1].number
        number, team = self.find_team(project)
        return team, number


def is_case_name(name: str) -> bool:
    """Return whether `name` could be a case, so that nothing else is ever asked of the store."""
    return 0 < len(name) <= 80 and name.isascii() and name.replace("-", "").replace(".", "").isalnum()
