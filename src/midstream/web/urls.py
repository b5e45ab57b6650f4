"""Every address of the desk. Those that need no account are marked so in their views."""

from django.urls import include, path, re_path

from midstream.web import assets, trouble
from midstream.web.advisories import pages as advisories
from midstream.web.api.api import API, no_such_operation, opened
from midstream.web.pages import (
    board,
    calendar,
    case,
    cases,
    deed,
    evidence,
    files,
    people,
    policy,
    releases,
    report,
    reports,
    today,
)
from midstream.web.programs import api_reference
from midstream.web.programs import pages as programs
from midstream.web.signin import demo, sessions

urlpatterns = [
    path("", today.today, name="today"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<str:name>/", case.case, name="case"),
    path("cases/<str:name>/timeline/", case.timeline, name="timeline"),
    path("cases/<str:name>/do/<str:verb>/", deed.deed, name="deed"),
    path("cases/<str:name>/files/<str:digest>/", files.download, name="file"),
    path("cases/<str:name>/advisory/", advisories.preview, name="advisory"),
    path("cases/<str:name>/advisory/publish/", advisories.publish_now, name="publish_advisory"),
    path("advisories/", advisories.advisories, name="advisories"),
    path("board/", board.board, name="board"),
    path("board.csv", board.board_csv, name="board_csv"),
    path("releases/", releases.releases, name="releases"),
    path("policy/", policy.policy, name="policy"),
    path("reports/", reports.reports, name="reports"),
    path("reports.csv", reports.reports_csv, name="reports_csv"),
    path("reports.svg", reports.reports_svg, name="reports_svg"),
    path("evidence/", evidence.streams, name="evidence"),
    path("evidence/<str:name>/", evidence.case, name="evidence_case"),
    path("evidence/<str:name>.csv", evidence.case_csv, name="evidence_csv"),
    path("people/", people.people, name="people"),
    path("people/end-sessions/", people.end_sessions, name="end_sessions"),
    path("programs/", programs.programs, name="programs"),
    path("programs/add-token/", programs.add_token, name="add_token"),
    path("programs/drop-token/", programs.drop_token, name="drop_token"),
    path("programs/add-address/", programs.add_address, name="add_address"),
    path("programs/drop-address/", programs.drop_address, name="drop_address"),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar"),
    path("api-reference/", api_reference.reference, name="api_reference"),
    path("report/", report.report, name="report"),
    path("report/hints/", report.hints, name="report_hints"),
    path("report/follow/", report.follow_up, name="follow"),
    path("accounts/demo/", demo.sign_in, name="demo_sign_in"),
    # Accounts and their addresses are an administrator's: what allauth offers of that is not there.
    *(
        path(f"accounts/{name}/", trouble.closed)
        for name in ("signup", "email", "confirm-email", "3rdparty/signup", "3rdparty")
    ),
    path("accounts/sessions/end/", sessions.end_one, name="end_session"),
    path("accounts/", include("allauth.urls")),
    *opened([re_path(r"^api/?$", no_such_operation)]),
    path("api/", (opened(API.urls[0]), *API.urls[1:])),
    *opened([re_path(r"^api/(?P<rest>.*)$", no_such_operation)]),
    path("static/<str:digest>/<path:name>", assets.serve, name="asset"),
]

handler400 = trouble.bad_request
handler403 = trouble.forbidden
handler404 = trouble.not_found
handler429 = "midstream.web.trouble.too_many"  # allauth looks for it, by its name
handler500 = trouble.trouble
