"""Today after something was done on it: the same list as it stands now, with the receipt where the task stood."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from midstream.web.pages.today import NAMES, Filters, Group, Row, content_of, filters_of
from midstream.web.parts import now, parts, person_of, the_desk


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where on the page somebody does something: its filters, and the rows before that one; `row` is None elsewhere."""

    asked: Filters
    id: str
    row: Row | None = None
    group: str = ""
    before: tuple[str, ...] = ()


def place_of(request: HttpRequest, row: str) -> Place | None:
    """Return where on Today the row of that name stands; None when the request does not come from that page."""
    htmx = getattr(request, "htmx", None)
    try:
        # Without a path of ours it is of another origin.
        address = urlsplit(htmx.current_url if htmx and htmx.current_url_abs_path is not None else "")
    except ValueError:  # it cannot be taken apart, so it is none of ours
        return None
    if address.path != "/":
        return None
    asked = filters_of(QueryDict(address.query))
    content = content_of(request, asked, now())
    if content.leads_to:
        return None
    before: list[str] = []
    for group in content.groups:
        for entry in group.rows:
            if entry.id == row:
                return Place(asked=asked, id=row, row=entry, group=group.name, before=tuple(before))
            before.append(entry.id)
    return Place(asked=asked, id=row)


def redraw(request: HttpRequest, place: Place, receipt: SafeString) -> HttpResponse:
    """Return the list as it stands now with the receipt in it, for htmx to put in the old one's place."""
    desk, person, moment = the_desk(), person_of(request), now()
    content = content_of(request, place.asked, moment)
    parts().noted.lines(desk, person=person, cases=content.cases, now=moment)
    context = {
        **content.context,
        "groups": with_receipt(content.groups, place, receipt),
        "loose": receipt if place.row is None else "",
        "acted": place.id,
        "is_after": True,
    }
    body = render_to_string("desk/today_tasks.html", context, request)
    return HttpResponse(body, headers={"HX-Retarget": "#tasks", "HX-Reswap": "innerHTML"})


def with_receipt(groups: Sequence[Group], place: Place, receipt: SafeString) -> list[Group]:
    """Return the groups with a row for the receipt: in the group of its task, after the rows that stood before it."""
    if place.row is None:
        return list(groups)
    done = msgspec.structs.replace(place.row, id=f"d-{place.id}", buttons=(), receipt=receipt)
    by_name = {group.name: group for group in groups}
    old = by_name.get(place.group) or Group(
        name=place.group, slug=place.group.lower().replace(" ", "-"), rows=[], count=0
    )
    earlier = [number for number, row in enumerate(old.rows, 1) if row.id in place.before]
    at = max(earlier, default=0)
    by_name[place.group] = msgspec.structs.replace(old, rows=[*old.rows[:at], done, *old.rows[at:]])
    return [by_name[name] for name in NAMES if name in by_name]
