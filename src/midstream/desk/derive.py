"""From facts to what the desk shows: the case, its team, the policy it is under, its view."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

import msgspec

from midstream.cases import states
from midstream.cases.case import Case, replay
from midstream.cases.team import Team, replay_team
from midstream.cases.visibility import Sight, readers, told, visible
from midstream.desk.views import CaseView, CellView
from midstream.ledger.fact import Fact
from midstream.ledger.kinds.disclosure import AdvisoryImported, AdvisoryPublished
from midstream.ledger.kinds.intake import CaseOpened
from midstream.policy.book import Book, Text, known_text, make_book
from midstream.policy.duties import Duty, clocks, duties, standing
from midstream.policy.filling import commands

if TYPE_CHECKING:
    from midstream.policy.rules import Policy

PUBLIC_DATE = "public date"
"""The clock whose instant lists show as the day the case becomes public."""


class Shelf(msgspec.Struct, kw_only=True):
    """Compiled policies, kept so that two thousand cases under one text compile it once."""

    _books: dict[str, Book] = {}
    _policies: dict[tuple[str, ...], "Policy | None"] = {}
    _texts: dict[tuple[str, str], tuple[Text, ...]] = {}

    def book(self, team: Team) -> Book:
        """Return the policy texts the project last activated."""
        if team.policy_digest not in self._books:
            self._books[team.policy_digest] = make_book(
                known_text(text, where=where) for where, text in team.policy_texts
            )
        return self._books[team.policy_digest]

    def policy(self, team: Team, day: date) -> "Policy | None":
        """Return the policy of the project in force on `day`, or None when none was activated or none holds."""
        name = team.project.policy
        if not team.policy_texts or name not in self.book(team).texts:
            return None
        known = (team.policy_digest, name)
        if known not in self._texts:
            self._texts[known] = self.book(team).with_ancestors(name)
        era = (*known, *(text.where for text in self._texts[known] if text.is_in_force(day)))
        if era not in self._policies:
            from midstream.policy.resolve import resolve  # noqa: PLC0415 - reading what was derived compiles nothing

            self._policies[era] = resolve(self.book(team), name, day)
        return self._policies[era]

    def policy_of(self, case: Case, team: Team) -> "Policy | None":
        """Return the policy the case is under: the text in force, in the project's zone, on the day the case began."""
        return self.policy(team, day_of(case, team))


def day_of(case: Case, team: Team) -> date:
    """Return the day the case began, in the project's zone."""
    began = case.began_at or datetime.min.replace(tzinfo=UTC, year=1970)
    return began.astimezone(ZoneInfo(team.project.zone)).date()


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A case with all that is derived from it at a moment; `policy` is None when no text is in force for it."""

    case: Case
    team: Team
    policy: "Policy | None"
    duties: tuple[Duty, ...]
    NOTHING: ClassVar[str] = "no policy was in force on the day the case began"


def known(case: Case, team: Team, shelf: Shelf) -> Known:
    """Return the case with its policy and duties."""
    policy = shelf.policy_of(case, team)
    found = tuple(duties(case, policy, team)) if policy else ()
    return Known(case=case, team=team, policy=policy, duties=found)


def view(at: Known) -> CaseView:
    """Return what lists and tasks need of the case: its states in words, its duties not yet met or lifted by a fact."""
    case = at.case
    opening = case.opening
    public = clocks(case, at.policy, at.team).get(PUBLIC_DATE) if at.policy else None
    unmet = [duty for duty in at.duties if duty.met_at is None and (duty.lifted_at is None or duty.lifted_by == 0)]
    because = {number for duty in unmet for number in duty.because}
    reasons = tuple(fact for fact in case.facts if fact.number in because)
    kinds = {fact.number: fact.kind for fact in reasons}
    shared = {fact.number: fact for fact in visible(reasons, Sight.PARTICIPANT)}  # one view for all who see tasks
    return CaseView(
        case=case.id,
        project=case.project,
        title=case.title,
        number=case.number,
        is_public=states.is_public(case),
        triage=states.triage(case).word,
        embargo=states.embargo(case).word,
        fix=states.fix(case).word,
        severity=states.severity(case).word,
        cve=states.cve(case).detail,
        policy=at.policy.label if at.policy else "",
        began_at=case.began_at,
        public_at=public.at if public else None,
        fixed_at=states.fixed_at(case),
        opened_at=states.opened_at(case),
        invented=opening.invented if opening else False,
        public_title=case.title if isinstance(opening, CaseOpened) else "",
        areas=tuple(sorted(states.areas(case))),
        told=tuple(sorted(told(case))),
        readers=readers(case),
        claims=claims(case),
        duties=tuple(
            msgspec.structs.replace(
                duty,
                kinds=tuple(kinds[number] for number in duty.because),
                commands=commands(duty, duty.do, shared, case, at.team),
            )
            for duty in unmet
        ),
        cells=tuple(
            CellView(branch=cell.branch, word=cell.word, detail=cell.detail, since=cell.since, because=cell.because)
            for cell in states.cells(case).values()
        ),
        message_ids=_messages(case),
        names=_names(case),
        named_publicly=states.is_public(case) and case.has(AdvisoryPublished),
    )


class _Ids(msgspec.Struct, frozen=True, kw_only=True):
    """The ids in what was read in of a document, as far as they name the same flaw."""

    ghsa: str = ""
    aliases: tuple[str, ...] = ()


class _Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What was read in of a document."""

    ids: _Ids = _Ids()


def _names(case: Case) -> tuple[str, ...]:
    """Return the ids of the advisory besides the CVE id: ours, the one at GitHub, and other ids of the same flaw."""
    ids = [msgspec.json.decode(body.record or "{}", type=_Imported).ids for _, body in case.all(AdvisoryImported)]
    ours = [body.advisory for _, body in case.all(AdvisoryPublished)]
    ghsas = [each.ghsa for each in ids if each.ghsa][:1]
    aliases = [alias for each in ids for alias in each.aliases]
    return tuple(dict.fromkeys(name for name in (*ours, *ghsas, *aliases) if name))


def claims(case: Case) -> dict[str, str]:
    """Return by task key who took it last, by a claim or a handover, and did not give it back."""
    taken: dict[str, str] = {}
    facts = [
        fact for kind in ("task.claimed", "task.handed_over", "task.released") for fact in case.by_kind.get(kind, ())
    ]
    for fact in sorted(facts, key=lambda fact: fact.number):
        task = str(getattr(fact.body, "task", ""))
        if fact.kind == "task.released":
            taken.pop(task, None)
        else:
            taken[task] = str(getattr(fact.body, "person", "") or getattr(fact.body, "to", ""))
    return taken


def _messages(case: Case) -> tuple[str, ...]:
    found: list[str] = []
    for kind in ("report.received", "message.received"):
        for fact in case.by_kind.get(kind, ()):
            found += [str(getattr(fact.body, "message_id", "")), content_key(str(getattr(fact.body, "content", "")))]
            found.append(code_key(str(getattr(fact.body, "code", ""))))
    return tuple(dict.fromkeys(entry for entry in found if entry))


def content_key(digest: str) -> str:
    """Return the name by which a message without a Message-ID is known again: the digest of its bytes."""
    return f"sha256:{digest}" if digest else ""


def code_key(digest: str) -> str:
    """Return the name by which a report is found again, made of the digest of the code its reporter was given."""
    return f"code:{digest}" if digest else ""


def open_duties(at: Known, now: datetime) -> list[Duty]:
    """Return the duties that are open or overdue at `now`."""
    return [duty for duty in at.duties if standing(duty, now) in {"open", "overdue"}]


def views_of(
    streams: Iterable[tuple[str, list[Fact]]],
    *,
    teams: dict[str, Team | None],
    shelf: Shelf,
    tick: Callable[[], None] = lambda: None,
) -> Iterable[CaseView]:
    """Yield the view of each case stream whose project is configured; `tick` is called once per case."""
    for stream, facts in streams:
        case = replay(facts, case=stream.removeprefix("case/"))
        team = teams.get(case.project)
        if team is not None:
            yield view(known(case, team, shelf))
        tick()


def team_of(facts: Iterable[Fact], *, project: str, as_of: datetime | None = None) -> Team | None:
    """Return the project at a moment, from the facts of its stream."""
    return replay_team(facts, project=project, as_of=as_of)
