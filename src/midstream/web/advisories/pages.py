"""Advisories: what is public, whether it still stands so, and what each would say before it is."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from midstream.cases.errors import Refused
from midstream.cases.visibility import Sight
from midstream.desk.advisories.drift import differences
from midstream.desk.advisories.overview import overview, public_lines
from midstream.desk.advisories.preview import Look, look
from midstream.desk.advisories.publication import publish, the_target
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.ports import PublishTrouble, Target
from midstream.desk.reading import why
from midstream.web.pages.board import project_of
from midstream.web.pages.cases import asked_of
from midstream.web.parts import now, parts, person_of, the_desk
from midstream.web.whole import Content, whole_page

PAGE = 40
"""Cases on one page."""

DRIFT = 200
"""Differences that are shown; more are counted."""

PUBLISH = "record-publication"
"""The verb whose duty publishing on the desk's own site meets."""


def site_of(desk: Desk) -> Target | None:
    """Return the desk's own site, None when no directory is named."""
    return the_target(desk, "") if desk.site_at else None


@require_safe
def advisories(request: HttpRequest) -> HttpResponse:
    """Return the public cases of one project with their publications, and for its team what differs on the site."""
    desk, person, asked = the_desk(), person_of(request), asked_of(request)
    project, projects = project_of(request)
    target = site_of(desk)
    mark = target.mark() if target is not None else "none"

    def make(moment: datetime) -> Content:
        del moment
        lines = public_lines(desk, by=person, project=project)
        first = (asked.page - 1) * PAGE
        is_team = project in desk.viewer(person).teams
        drift = _drift(desk, target, mark) if target is not None and is_team else []
        context = {
            "project": project,
            "projects": projects,
            "asked": asked,
            "rows": overview(desk, lines=lines[first : first + PAGE], target=target),
            "count": len(lines),
            "has_more": len(lines) > first + PAGE,
            "has_site": target is not None,
            "is_team": is_team,
            "drift": drift[:DRIFT],
            "more_drift": max(0, len(drift) - DRIFT),
        }
        return Content(context=context)

    return whole_page(request, "advisories/advisories.html", (asked, project, mark), make, keep=bool(mark))


def _drift(desk: Desk, target: Target, mark: str) -> list[dict[str, str]]:
    """Return what differs on the site; kept as long as no fact is recorded and nothing on the site changes."""
    if not mark:
        return differences(desk, target=target)
    return parts().kept.get(
        ("drift", mark), version=desk.store.version(), make=lambda: differences(desk, target=target)
    )


@require_safe
def preview(request: HttpRequest, name: str) -> HttpResponse:
    """Return what the advisory of a case says in every format, each checked, and one of them as text."""
    desk, person = the_desk(), person_of(request)
    return _preview(request, desk, name, person=person, fault="", status=200)


def _preview(request: HttpRequest, desk: Desk, name: str, *, person: str, fault: str, status: int) -> HttpResponse:
    asked = request.GET
    context: dict[str, object] = {"name": name, "fault": fault, "has_site": bool(desk.site_at)}
    try:
        found = look(desk, name, by=person, public=asked.get("as") == "public")
    except Refused as error:
        return render(request, "advisories/preview.html", {**context, "refused": error}, status=status)
    _note(desk, found, person=person, how="advisory")
    chosen = next((each for each in found.formats if each.name == asked.get("format")), None)
    if asked.get("format") and chosen is None:
        raise NotFound("no format is called so", hint="")
    context |= {
        "look": found,
        "chosen": chosen or next((each for each in found.formats if each.document is not None), None),
        "is_due": found.is_team and is_due(desk, name, person=person),
    }
    if context["chosen"] is not None and (written := context["chosen"].document) is not None:  # type: ignore[attr-defined]
        context["text"] = written.content.decode(errors="replace")
    return render(request, "advisories/preview.html", context, status=status)


def _note(desk: Desk, found: Look, *, person: str, how: str) -> None:
    if not found.is_public_case:
        parts().noted.case(desk, person=person, case=found.case, how=how, number=found.number, now=now())


def is_due(desk: Desk, name: str, *, person: str) -> bool:
    """Return whether a duty of the case asks for its publication now."""
    return any(
        entry.standing in {"open", "overdue"} and PUBLISH in entry.duty.do
        for entry in why(desk, name, by=person, now=now())
    )


@require_POST
def publish_now(request: HttpRequest, name: str) -> HttpResponse:
    """Publish the advisory of a case on the desk's own site, and return to what it says; or say what was in the way."""
    desk, person = the_desk(), person_of(request)
    case, seen = desk.case(name, by=person)
    if seen < Sight.TEAM:
        raise NotFound("publishing is not for this person", hint="")
    try:
        publish(desk, target=the_target(desk, ""), project=case.project, by=person, cases=(name,))
    except (Refused, Misuse, PublishTrouble) as error:
        fault = f"{error.what}. {error.hint}"
        return _preview(request, desk, name, person=person, fault=fault, status=422)
    return redirect(reverse("advisory", args=[name]))
