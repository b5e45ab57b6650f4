"""What can be read: oneself, tasks, cases, the board, projects and their policies."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from midstream.cases import states
from midstream.desk import reading
from midstream.desk.errors import NotFound
from midstream.desk.reading import Shown
from midstream.desk.views import board_order
from midstream.policy.wording import rule_in_words
from midstream.project import Project
from midstream.web.api import shapes
from midstream.web.api.door import person, scope, token_of
from midstream.web.api.paging import MOST, page
from midstream.web.api.problems import Problem
from midstream.web.parts import now, parts, the_desk

router = Router(tags=["Reading"])

Cursor = Annotated[
    str, Query(max_length=1_000, description="The `next` of the page before; leave it out for the first.")
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Things on one page.")]
Case = Annotated[str, Path(max_length=100, description="The name of a case, such as `tf-m-7`.")]
ProjectId = Annotated[str, Path(max_length=100, description="The id of a project, such as `tf-m`.")]
MaybeProject = Annotated[str, Query(max_length=100, description="Only this project.")]

ANSWERS: dict[int, type[Problem]] = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 422: Problem, 503: Problem}
"""What may be answered instead, everywhere."""

_EARLY = "0001-01-01"


@router.get("/me", response={200: shapes.Me, **ANSWERS}, summary="Whose token this is")
@scope("read")
def me(request: HttpRequest) -> dict[str, Any]:
    """Whose token this is, what it is good for, and the projects the desk serves."""
    token = token_of(request)
    return {
        "person": token.person,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
        "projects": sorted(the_desk().projects()),
    }


@router.get("/tasks", response={200: shapes.TaskPage, **ANSWERS}, summary="The open tasks")
@scope("read")
def tasks(  # noqa: PLR0917 - ninja fills them by name
    request: HttpRequest,
    whose: Annotated[str, Query(max_length=120, description="Only the tasks of this person.")] = "",
    kind: Annotated[str, Query(max_length=200, description="Only tasks of this name.")] = "",
    project: MaybeProject = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """The tasks that are open now, overdue first, as on the page Today."""
    moment, who = now(), person(request)
    found = reading.today(the_desk(), by=who, now=moment, person=whose, project=project).tasks
    chosen = [task for task in found if kind in {"", task.name}]
    items, after = page(sorted(chosen, key=_task_key), key=_task_key, cursor=cursor, limit=limit)
    parts().noted.lines(the_desk(), person=who, cases=[task.case for task in items], now=moment)
    return {"items": [shapes.task_out(task) for task in items], "next": after}


def _task_key(task: reading.Task) -> tuple[str, str, str]:
    return (task.due_at.isoformat() if task.due_at else "9999", task.case, task.task)


@router.get("/cases", response={200: shapes.CasePage, **ANSWERS}, summary="The cases you may see")
@scope("read")
def cases(request: HttpRequest, project: MaybeProject = "", cursor: Cursor = "", limit: Limit = 50) -> dict[str, Any]:
    """The cases you may see, the most recently begun first."""
    lines = reading.cases(the_desk(), by=person(request), project=project)
    ordered = sorted(lines, key=_case_key, reverse=True)
    items, after = page(ordered, key=_case_key, cursor=cursor, limit=limit, down=True)
    private = [line.case for line in items if not line.is_public]
    parts().noted.lines(the_desk(), person=person(request), cases=private, now=now())
    return {"items": [shapes.case_out(line) for line in items], "next": after}


def _case_key(line: Any) -> tuple[str, str]:
    return (line.began_at.isoformat() if line.began_at else _EARLY, line.case)


@router.get(
    "/cases/{case}",
    response={200: shapes.CaseShown, 304: None, **ANSWERS},
    summary="One case",
    openapi_extra={"parameters": [{"in": "header", "name": "If-None-Match", "schema": {"type": "string"}}]},
)
@scope("read")
def case_(request: HttpRequest, response: HttpResponse, case: Case) -> Any:
    """What is known of a case. The ETag is the number of its last fact that you may read: send it with a verb."""
    shown = read_case(request, case, how="api case")
    tag = f'"{number_of(shown)}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    response["ETag"] = tag
    found = shown.case
    aspects = {
        "triage": states.triage(found),
        "embargo": states.embargo(found),
        "severity": states.severity(found),
        "cve": states.cve(found),
        "fix": states.fix(found),
    }
    return {
        "case": found.id,
        "project": shown.known.team.project.id,
        "title": shown.title,
        "public": states.is_public(found),
        "number": number_of(shown),
        "seen": shown.seen.name.lower(),
        "policy": shown.known.policy.label if shown.known.policy else None,
        "states": {name: _state(state) for name, state in aspects.items()},
        "branches": [{**_state(cell), "branch": cell.branch} for cell in shown.branches.values()],
        "clocks": shown.clocks,
    }


def _state(state: states.State | states.Cell) -> dict[str, Any]:
    return {"word": state.word, "detail": state.detail, "since": state.since, "because": state.because}


def number_of(shown: Shown) -> int:
    """Return the number of the last fact of the case that its reader may read."""
    return max((fact.number for fact in shown.facts), default=0)


def read_case(request: HttpRequest, case: str, *, how: str) -> Shown:
    """Return the case as the token's person may see it, after it is recorded that they looked, unless it is public."""
    shown = reading.show(the_desk(), case, by=person(request))
    if not states.is_public(shown.case):
        parts().noted.case(the_desk(), person=person(request), case=case, how=how, number=number_of(shown), now=now())
    return shown


@router.get("/cases/{case}/facts", response={200: shapes.FactPage, **ANSWERS}, summary="The facts of a case")
@scope("read")
def facts(request: HttpRequest, case: Case, cursor: Cursor = "", limit: Limit = 50) -> dict[str, Any]:
    """The facts of a case that you may read, in the order they were recorded."""
    shown = read_case(request, case, how="api facts")
    items, after = page(shown.facts, key=lambda fact: (fact.number,), cursor=cursor, limit=limit)
    return {"items": [shapes.fact_out(fact) for fact in items], "next": after}


@router.get("/cases/{case}/tasks", response={200: list[shapes.WhyOut], **ANSWERS}, summary="Why its tasks are there")
@scope("read")
def why(request: HttpRequest, case: Case) -> list[dict[str, Any]]:
    """Every task of a case, those met and lifted too: the clause, what opened it, and what is missing."""
    read_case(request, case, how="api tasks")
    return [shapes.why_out(entry) for entry in reading.why(the_desk(), case, by=person(request), now=now())]


@router.get("/board", response={200: shapes.BoardPage, **ANSWERS}, summary="Cases by branches")
@scope("read")
def board(request: HttpRequest, project: MaybeProject = "", cursor: Cursor = "", limit: Limit = 50) -> dict[str, Any]:
    """The cases you may see by branches. A branch that is not there is unknown, never clean."""
    lines = sorted(reading.board(the_desk(), by=person(request), project=project), key=lambda line: line.case)
    items, after = page(lines, key=lambda line: (line.case,), cursor=cursor, limit=limit)
    seen = reading.cases(the_desk(), by=person(request), project=project)
    private = {line.case for line in seen if not line.is_public}
    listed = [line.case for line in items if line.case in private]
    parts().noted.lines(the_desk(), person=person(request), cases=listed, now=now())
    return {"items": [shapes.board_out(line) for line in sorted(items, key=board_order)], "next": after}


@router.get("/projects", response={200: list[shapes.ProjectOut], **ANSWERS}, summary="The projects")
@scope("read")
def projects(request: HttpRequest) -> list[dict[str, Any]]:
    """The projects the desk serves, with their branches and how long each is supported."""
    del request
    return [_project(entry) for _, entry in sorted(the_desk().projects().items())]


def _project(project: Project) -> dict[str, Any]:
    return {
        "project": project.id,
        "name": project.name,
        "policy": project.policy,
        "zone": project.zone,
        "branches": [
            {
                "name": branch.name,
                "kind": branch.kind,
                "supported_from": branch.supported_from.isoformat() if branch.supported_from else None,
                "supported_until": branch.supported_until.isoformat() if branch.supported_until else None,
            }
            for branch in project.branches
        ],
    }


@router.get("/projects/{project}/policy", response={200: shapes.PolicyOut, **ANSWERS}, summary="The rules in words")
@scope("read")
def policy(request: HttpRequest, project: ProjectId) -> dict[str, Any]:
    """The obligations of the policy that holds for cases that begin today."""
    del request
    desk = the_desk()
    team = desk.team(project)
    found = desk.shelf.policy(team, now().date())
    if found is None:
        raise NotFound(
            f"{project} has no policy in force", hint="Load one that is in force: midstream project load FILE."
        )
    return {
        "project": project,
        "policy": found.label,
        "rules": [
            {
                "name": rule.name,
                "clause": rule.clause,
                "words": rule_in_words(rule),
                "work": rule.work,
                "verbs": rule.do,
            }
            for rule in found.rules
        ],
    }
