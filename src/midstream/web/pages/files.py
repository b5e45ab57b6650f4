"""Files of a case, as downloads: never shown by the browser as part of the desk."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from midstream.cases.states import is_public
from midstream.desk.front.files import open_file
from midstream.desk.reading import show
from midstream.web.parts import now, parts, person_of, the_desk


@require_safe
def download(request: HttpRequest, name: str, digest: str) -> HttpResponse:
    """Return the file of that digest, for those who may read a fact that names it."""
    desk, person = the_desk(), person_of(request)
    shown = show(desk, name, by=person)
    called, content = open_file(desk, shown, digest)
    if not is_public(shown.case):
        number = shown.facts[-1].number
        parts().noted.case(desk, person=person, case=name, how=f"file {digest[:12]}", number=number, now=now())
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(called, safe='')}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
