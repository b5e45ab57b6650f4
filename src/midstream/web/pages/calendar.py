"""The calendar feed: calendar programs send no headers, so its address holds a token that is good for it alone."""

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from midstream.desk.front.tokens import holder
from midstream.desk.reading import today
from midstream.web.calendar_feed import calendar
from midstream.web.parts import now, parts, the_desk

if TYPE_CHECKING:
    from midstream.desk.views import Token


@require_safe
@login_not_required
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the calendar of the token's person; a token good for more is refused here, lest it stands in logs."""
    del request
    desk, moment = the_desk(), now()
    found: Token | None = holder(desk, token)
    if found is None or found.scopes != ("calendar",):
        raise Http404
    projects = desk.projects()
    own = [desk.team(name) for name, project in projects.items() if project.person(found.person) is not None]
    tasks = today(desk, by=found.person, now=moment, person=found.person).tasks if own else []
    parts().noted.lines(desk, person=found.person, cases=[task.case for task in tasks], now=moment)
    content = calendar(person=found.person, tasks=tasks, teams=own, now=moment, url=parts().url)
    headers = {"Content-Disposition": 'attachment; filename="midstream.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
