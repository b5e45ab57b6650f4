"""Board: vulnerabilities by branches, each cell with its evidence one step away; as page, print and CSV."""

from datetime import datetime

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from midstream.desk.reading import board as read_board
from midstream.desk.views import BoardLine, CellView
from midstream.web.pages.cases import asked_of
from midstream.web.parts import now, parts, person_of, the_desk
from midstream.web.sheets import csv_file
from midstream.web.whole import Content, whole_page

PAGE = 60
"""Cases on one page."""

UNKNOWN = CellView(branch="", word="unknown")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One case with each branch and its cell, in the order of the branches."""

    line: BoardLine
    cells: tuple[tuple[str, CellView], ...]


def lines_of(person: str, project: str) -> tuple[list[str], list[BoardLine]]:
    """Return the branches of a project, those it names first, and the lines of the board."""
    desk = the_desk()
    found = desk.projects().get(project)
    lines = read_board(desk, by=person, project=project)
    named = [branch.name for branch in found.branches] if found else []
    others = sorted({branch for line in lines for branch in line.cells} - set(named))
    return [*named, *others], lines


def project_of(request: HttpRequest) -> tuple[str, list[str]]:
    """Return the project an address asks for, else the first, and all of them."""
    projects = sorted(the_desk().projects())
    asked = request.GET.get("project", "")
    return asked if asked in projects else next(iter(projects), ""), projects


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Return the board of one project."""
    person, asked = person_of(request), asked_of(request)
    project, projects = project_of(request)

    def make(moment: datetime) -> Content:
        del moment
        branches, lines = lines_of(person, project)
        found = [line for line in lines if _is_like(line, asked.q)]
        first = (asked.page - 1) * PAGE
        shown = found[first : first + PAGE]
        context = {
            "project": project,
            "projects": projects,
            "branches": branches,
            "lines": [
                Line(line=line, cells=tuple((branch, line.cells.get(branch, UNKNOWN)) for branch in branches))
                for line in shown
            ],
            "asked": msgspec.structs.replace(asked, project=project),
            "count": len(found),
            "has_more": len(found) > first + PAGE,
        }
        return Content(context=context, cases=tuple(line.case for line in shown))

    return whole_page(request, "desk/board.html", (asked, project), make)


def _is_like(line: BoardLine, words: str) -> bool:
    text = f"{line.case} {line.cve} {line.title}".casefold()
    return all(word in text for word in words.casefold().split())


@require_safe
def board_csv(request: HttpRequest) -> HttpResponse:
    """Return the whole board of one project as CSV."""
    desk, person, moment = the_desk(), person_of(request), now()
    project, _ = project_of(request)
    branches, lines = lines_of(person, project)
    parts().noted.lines(desk, person=person, cases=[line.case for line in lines], now=moment)
    rows = [
        (
            line.case,
            line.cve,
            line.severity,
            line.title,
            *(_words(line.cells.get(branch, UNKNOWN)) for branch in branches),
        )
        for line in lines
    ]
    return csv_file("board.csv", ("case", "CVE", "severity", "title", *branches), rows)


def _words(cell: CellView) -> str:
    return f"{cell.word} {cell.detail}".strip()
