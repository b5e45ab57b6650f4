"""Releases: by branch what is in, what waits, and what is missing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from midstream.desk.front.releases import releases as read_releases
from midstream.web.pages.board import project_of
from midstream.web.parts import now, parts, person_of, the_desk


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """Return the branches of one project with their releases."""
    desk, person, moment = the_desk(), person_of(request), now()
    project, projects = project_of(request)
    found = read_releases(desk, project=project, by=person, now=moment)
    cases = [entry.case for branch in found for entry in (*branch.waiting, *branch.missing, *branch.settled)]
    parts().noted.lines(desk, person=person, cases=cases, now=moment)
    context = {"project": project, "projects": projects, "branches": found, "now": moment}
    return render(request, "desk/releases.html", context)
