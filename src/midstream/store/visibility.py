"""The visibility rule of `cases.visibility.sight`, as SQL over a row ``v`` of case_view. A law says that they agree."""

from typing import Any

from midstream.cases.visibility import Sight, Viewer
from midstream.store.database import marks

_COLUMN = {"area": "area", "told": "party"}
"""The tables by which somebody takes part without an invitation, and their column."""


def seen_cases(who: Viewer, *, columns: str, at_least: Sight, project: str = "") -> tuple[str, list[Any]]:
    """Return SQL, with its parameters, for ``sight`` and the columns of the cases of which the viewer sees that much.

    `columns` are names of case_view, written ``v.name``; their order is kept, and ``sight`` comes before them. With
    `project`, only its cases.
    """
    sight, values = sight_of(who)
    where = "WHERE v.project = %s" if project else ""
    if project:
        values.append(project)
    inner = f"SELECT {sight} AS sight, {columns} FROM case_view v {where}"
    return f"SELECT * FROM ({inner}) AS seen WHERE sight >= {int(at_least)}", values


def sight_of(who: Viewer) -> tuple[str, list[Any]]:
    """Return the expression whose value is the viewer's `Sight` of the case ``v``, with its parameters.

    An access fact about the person, whichever it says, goes before the code areas they maintain and the party they
    speak for.
    """
    values: list[Any] = []
    team = "FALSE"
    if who.teams:
        team = f"v.project IN ({marks(len(who.teams))})"
        values += sorted(who.teams)
    values.append(who.person)
    belongs = []
    for table, named in (("area", who.areas), ("told", who.parties)):
        if named:
            pairs = ", ".join(["(%s, %s)"] * len(named))
            rows = f"SELECT 1 FROM {table} b WHERE b.case_id = v.case_id AND (v.project, b.{_COLUMN[table]})"
            belongs.append(f"EXISTS ({rows} IN (VALUES {pairs}))")
            values += [part for pair in sorted(named) for part in pair]
    joined = " OR ".join(belongs) or "FALSE"
    invited = "(SELECT r.allowed FROM reader r WHERE r.case_id = v.case_id AND r.person = %s)"
    sight = (
        f"CASE WHEN {team} THEN {int(Sight.TEAM)}"
        f" WHEN COALESCE({invited}, {joined}) THEN {int(Sight.PARTICIPANT)}"
        f" WHEN v.is_public THEN {int(Sight.PUBLIC)} ELSE {int(Sight.NOTHING)} END"
    )
    return sight, values
