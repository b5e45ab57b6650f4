"""Cases: the list, with its search and its filters in the address."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from midstream.desk.desk import Desk
from midstream.desk.reading import cases as read_cases
from midstream.desk.views import SEVERITY_ORDER, CaseLine, severity_rank
from midstream.web.parts import parts, person_of, the_desk
from midstream.web.whole import Content, whole_page

PAGE = 40
"""Cases on one page."""

LINE = 1_000
"""Bytes that one line takes when it is kept, about."""

ORDERS = ("newest", "due", "severity", "public")
_LAST = datetime.max.replace(tzinfo=UTC)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What of the list is asked for."""

    q: str = ""
    severity: str = ""
    seen: str = ""
    project: str = ""
    order: str = "newest"
    page: int = 1

    def query(self, **changed: object) -> str:
        """Return the filters for an address, some of them changed."""
        asked = {**msgspec.structs.asdict(self), **changed}
        left_out = {"order": "newest", "page": 1}
        return "?" + urlencode({name: value for name, value in asked.items() if value and left_out.get(name) != value})

    @property
    def before(self) -> str:
        """The address of the page before."""
        return self.query(page=self.page - 1)

    @property
    def after(self) -> str:
        """The address of the next page."""
        return self.query(page=self.page + 1)


def asked_of(request: HttpRequest) -> Asked:
    """Return what an address asks for; what makes no sense is as if it were not there."""
    got = request.GET
    page, order = got.get("page", "1"), got.get("order", "newest")
    return Asked(
        q="".join(char for char in got.get("q", "")[:200] if char.isprintable()).strip(),
        severity=got.get("severity", "") if got.get("severity") in SEVERITY_ORDER else "",
        seen=got.get("seen", "") if got.get("seen") in SEEN else "",
        project=got.get("project", "")[:80],
        order=order if order in ORDERS else "newest",
        page=int(page) if page.isdecimal() and 0 < int(page) < 100_000 else 1,
    )


SEEN = ("embargo", "private", "public")


def seen_by(line: CaseLine) -> str:
    """Return who sees the case, in one word."""
    if line.is_public:
        return "public"
    return "embargo" if line.embargo in {"agreed", "extension asked"} else "private"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One case as the list shows it."""

    case: CaseLine
    seen: str


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Return the list of cases; when it alone is asked for, without its page."""
    desk, person, asked = the_desk(), person_of(request), asked_of(request)
    is_part = request.headers.get("HX-Target") == "list"
    return whole_page(
        request,
        "desk/cases_list.html" if is_part else "desk/cases.html",
        (asked,),
        lambda moment: content_of(lines_of(desk, person, asked.project), asked, moment=moment, desk=desk),
        frame=not is_part,
    )


def lines_of(desk: Desk, person: str, project: str) -> list[CaseLine]:
    """Return all cases that a person may see, kept as long as no fact is recorded."""
    return parts().kept.get(
        ("lines", person, project),
        version=desk.store.version(),
        make=lambda: read_cases(desk, by=person, project=project),
        weigh=lambda lines: len(lines) * LINE,
    )


def content_of(lines: list[CaseLine], asked: Asked, *, moment: datetime, desk: Desk) -> Content:
    """Return the part of the lines that is asked for."""
    found = chosen(lines, asked)
    first = (asked.page - 1) * PAGE
    shown = found[first : first + PAGE]
    context = {
        "lines": [Line(case=line, seen=seen_by(line)) for line in shown],
        "asked": asked,
        "count": len(found),
        "first": first + 1,
        "last": first + len(shown),
        "has_more": len(found) > first + PAGE,
        "severities": tuple(SEVERITY_ORDER),
        "seen_by": SEEN,
        "orders": ORDERS,
        "projects": sorted(desk.projects()),
        "now": moment,
    }
    return Content(context=context, cases=tuple(line.case for line in shown if not line.is_public))


def chosen(lines: list[CaseLine], asked: Asked) -> list[CaseLine]:
    """Return the lines asked for, in the order asked for."""
    words = asked.q.casefold().split()
    found = [
        line
        for line in lines
        if (not asked.severity or line.severity == asked.severity)
        and (not asked.seen or seen_by(line) == asked.seen)
        and all(word in f"{line.case} {line.cve} {line.title}".casefold() for word in words)
    ]
    match asked.order:
        case "due":
            return sorted(found, key=lambda line: _late(line.next_due_at))
        case "public":
            return sorted(found, key=lambda line: (line.is_public, _late(line.public_at)))
        case "severity":
            return sorted(found, key=lambda line: severity_rank(line.severity))
        case _:
            return found


def _late(moment: datetime | None) -> datetime:
    return moment or _LAST
