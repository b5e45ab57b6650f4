"""Reports: the committee's status, as page, CSV and picture."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from midstream.desk.front.status import Quarter, Span, Status, status
from midstream.web.pages.board import project_of
from midstream.web.parts import now, person_of, the_desk
from midstream.web.sheets import csv_file
from midstream.web.whole import Content, whole_page

HIGH = 120
"""Height of the highest bar, in units of the picture."""


def _status(request: HttpRequest) -> tuple[Status, list[str]]:
    project, projects = project_of(request)
    return status(the_desk(), project=project, by=person_of(request), now=now()), projects


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Return the status of one project."""
    person = person_of(request)
    project, projects = project_of(request)

    def make(moment: datetime) -> Content:
        found = status(the_desk(), project=project, by=person, now=moment)
        return Content(context={"status": found, "projects": projects, "bars": bars(found.quarters)})

    return whole_page(request, "desk/reports.html", (project,), make)


@require_safe
def reports_csv(request: HttpRequest) -> HttpResponse:
    """Return the status as CSV: one measure a line."""
    found, _ = _status(request)
    rows: list[tuple[object, ...]] = [
        ("open cases", found.open),
        ("under embargo", found.embargoed),
        ("tasks overdue", found.overdue),
        ("tasks due within a week", found.due_soon),
        *_spans("report to fix", found.to_fix, found.to_fix_year),
        *_spans("report to public", found.to_public, found.to_public_year),
        *((f"reports in {quarter.name}", quarter.received) for quarter in found.quarters),
        *((f"made public in {quarter.name}", quarter.published) for quarter in found.quarters),
    ]
    for branch in found.branches:
        rows += [
            (f"{branch.branch}: fixed", branch.fixed),
            (f"{branch.branch}: open", branch.open),
            (f"{branch.branch}: needs nothing", branch.not_affected),
            (f"{branch.branch}: not looked at", branch.unknown),
        ]
    return csv_file("status.csv", ("measure", "value"), rows)


def _spans(what: str, every: Span, year: Span) -> list[tuple[object, ...]]:
    return [
        (f"median days, {what}", every.median),
        (f"cases, {what}", every.count),
        (f"median days, {what}, last year", year.median),
        (f"cases, {what}, last year", year.count),
    ]


@require_safe
def reports_svg(request: HttpRequest) -> HttpResponse:
    """Return the quarters as a picture of its own."""
    found, _ = _status(request)
    body = render_to_string("desk/quarters.svg", {"bars": bars(found.quarters), "alone": True})
    return HttpResponse(body, content_type="image/svg+xml; charset=utf-8")


def bars(quarters: tuple[Quarter, ...]) -> list[dict[str, object]]:
    """Return where the bars of each quarter stand: x, and y and height of both."""
    most = max((max(quarter.received, quarter.published) for quarter in quarters), default=0) or 1
    found: list[dict[str, object]] = []
    for place, quarter in enumerate(quarters):
        received, published = (round(HIGH * count / most) for count in (quarter.received, quarter.published))
        found.append(
            {
                "name": quarter.name,
                "x": 16 + place * 56,
                "x2": 36 + place * 56,
                "mid": 36 + place * 56,
                "received": quarter.received,
                "published": quarter.published,
                "received_y": HIGH - received + 24,
                "received_high": received,
                "published_y": HIGH - published + 24,
                "published_high": published,
            }
        )
    return found
