"""What a change of policy would move: the tasks of each case under the texts in force and under a draft."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from midstream.cases.case import replay
from midstream.cases.visibility import Sight, sight
from midstream.desk.derive import Shelf, known
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse
from midstream.desk.moving import nothing
from midstream.formats.toml import nearest
from midstream.policy.book import Book
from midstream.policy.duties import Duty, standing


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One task that would stand otherwise: how it stands and is due now, and then; empty where it is not there."""

    case: str
    task: str
    standing_now: str
    due_now: datetime | None
    standing_then: str
    due_then: datetime | None


def policy_diff(
    desk: Desk, *, project: str, book: Book, by: str, now: datetime, tick: Callable[[], None] = nothing
) -> list[Move]:
    """Return the tasks of the cases that `by` sees as team or participant which `book` would move, by case and task.

    A task moves when its due instant, or how it stands at `now`, would be another, or it would appear or vanish.
    """
    who = desk.viewer(by)
    team = desk.team(project)
    name = team.project.policy
    if name not in book.texts:
        what = f"{project} follows the policy {name!r}, which is not among them"
        raise Misuse(what, hint=nearest(name, set(book.texts)))
    shelf = Shelf()
    texts = tuple((text.where, text.text) for text in book.with_ancestors(name))
    then = msgspec.structs.replace(team, policy_texts=texts, policy_digest="draft")
    found: list[Move] = []
    for stream in desk.store.streams("case/"):
        case = replay(desk.store.facts(stream), case=stream.removeprefix("case/"))
        if case.project != project or sight(who, case) < Sight.PARTICIPANT:
            continue
        before = {duty.key: duty for duty in known(case, team, shelf).duties}
        after = {duty.key: duty for duty in known(case, then, shelf).duties}
        moves = (_move(case.id, key, before.get(key), after.get(key), now) for key in dict.fromkeys((*before, *after)))
        found.extend(move for move in moves if move is not None)
        tick()
    return found


def _move(case: str, key: str, before: Duty | None, after: Duty | None, now: datetime) -> Move | None:
    was = standing(before, now) if before else ""
    then = standing(after, now) if after else ""
    due_now, due_then = (before.due_at if before else None), (after.due_at if after else None)
    if (was, due_now) == (then, due_then):
        return None
    return Move(case=case, task=key, standing_now=was, due_now=due_now, standing_then=then, due_then=due_then)
