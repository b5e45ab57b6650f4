"""Releases: by branch what is in, what waits, and what is missing."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from midstream.desk.front.releases import releases as read_releases
from midstream.web.pages.board import project_of
from midstream.web.parts import person_of, the_desk
from midstream.web.whole import Content, whole_page


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """Return the branches of one project with their releases."""
    desk, person = the_desk(), person_of(request)
    project, projects = project_of(request)

    def make(moment: datetime) -> Content:
        found = read_releases(desk, project=project, by=person, now=moment)
        cases = [entry.case for branch in found for entry in (*branch.waiting, *branch.missing, *branch.settled)]
        context = {"project": project, "projects": projects, "branches": found, "now": moment}
        return Content(context=context, cases=tuple(dict.fromkeys(cases)))

    return whole_page(request, "desk/releases.html", (project,), make)
