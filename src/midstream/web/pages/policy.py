"""Policy: its rules in words with their clauses, and what a draft of it would move."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.policy_diff import Move, policy_diff
from midstream.policy.book import book_with, read_text, shipped
from midstream.policy.errors import PolicyError
from midstream.policy.rules import Policy
from midstream.policy.wording import clock_in_words, limit_in_words, rule_in_words
from midstream.web.pages.board import project_of
from midstream.web.parts import now, parts, person_of, the_desk

LONGEST = 256 * 1024
"""Characters a draft may have."""


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """Return the rules of a project's policy; with a draft, what it would move."""
    desk, person = the_desk(), person_of(request)
    project, projects = project_of(request)
    served = desk.projects().get(project)
    if served is None or served.person(person) is None:
        raise NotFound("no project is called so here", hint="Its policy is shown to its own people.")
    found = desk.shelf.policy(desk.team(project), now().date())
    context: dict[str, object] = {"project": project, "projects": projects, "policy": found, "now": now()}
    if found is not None:
        context |= {"rules": _rules(found), "clocks": _clocks(found), "limits": _limits(found)}
    status = 200
    if request.method == "POST":
        context["draft"] = draft = request.POST.get("draft", "").replace("\r\n", "\n")
        try:
            moves = drafted(desk, draft, project=project, person=person)
        except (PolicyError, Misuse) as error:
            where = getattr(error, "where", "")
            context |= {"fault": f"{where}: {error.what}" if where else error.what, "hint": error.hint}
            status = 422
        else:
            parts().noted.lines(desk, person=person, cases=[move.case for move in moves], now=now())
            context |= {"moves": moves, "is_drafted": True}
    return render(request, "desk/policy.html", context, status=status)


def drafted(desk: Desk, draft: str, *, project: str, person: str) -> list[Move]:
    """Return the tasks that a draft would move; raise `PolicyError` naming its line, or `Misuse`."""
    if len(draft) > LONGEST:
        raise Misuse(f"the draft has {len(draft)} characters, at most {LONGEST}", hint="Is it a policy?")
    book = book_with(shipped(), [read_text(draft, where="your draft")])
    return policy_diff(desk, project=project, book=book, by=person, now=now())


def _rules(policy: Policy) -> list[tuple[str, str, str, str]]:
    return [(rule.clause, rule_in_words(rule), rule.ask, rule.policy) for rule in policy.rules]


def _clocks(policy: Policy) -> list[tuple[str, str]]:
    return [(clock.clause, clock_in_words(clock)) for clock in policy.clocks.values()]


def _limits(policy: Policy) -> list[tuple[str, str]]:
    return [(limit.clause, limit_in_words(limit)) for limit in policy.limits]
