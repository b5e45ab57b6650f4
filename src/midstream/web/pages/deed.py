"""One verb: its fields, what it would change, and doing it. Nothing is recorded before its change was shown."""

import hashlib
from collections.abc import Mapping

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods

from midstream.cases.errors import Refused
from midstream.cases.states import is_public
from midstream.cases.verbs import VERBS, Verb
from midstream.cases.visibility import Sight
from midstream.desk.do import Order, Receipt, do, find_verb, prefilled
from midstream.desk.errors import Misuse, NotFound, Stale
from midstream.desk.fields import read_moment
from midstream.desk.front.forms import Field, faults_of, form, given, meaning
from midstream.desk.front.preview import Preview, may_withdraw, preview
from midstream.desk.reading import Shown, show
from midstream.ledger.errors import BadFact
from midstream.ledger.fact import Fact
from midstream.policy.filling import asked_for
from midstream.web.context import frame_of
from midstream.web.pages.case import words_of
from midstream.web.pages.today import row_id
from midstream.web.pages.today_after import place_of, redraw
from midstream.web.parts import now, parts, person_of, the_desk

NEWS = 5
"""How many of the facts that came meanwhile are told."""


class Panel(msgspec.Struct, kw_only=True):
    """What the panel of a verb shows: its fields, what it would change, or why it cannot be done.

    `seen` is the last fact that the person had before them; after a refusal as stale it is the `last` there is, so that
    they go on from there, and `news` are the facts in between, in words.
    """

    case: str
    verb: Verb
    meaning: str
    fields: tuple[Field, ...]
    task: str
    row: str
    seen: int
    last: int
    key: str
    at: str = ""
    checked: str = ""
    preview: Preview | None = None
    fault: str = ""
    hint: str = ""
    is_stale: bool = False
    news: tuple[tuple[Fact, tuple[tuple[str, str], ...]], ...] = ()


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of a receipt, in words, and whether it can be taken back: by the reader, or at least by the team."""

    fact: Fact
    words: tuple[tuple[str, str], ...]
    may_go: bool
    may_team: bool


@require_http_methods(["GET", "HEAD", "POST"])
def deed(request: HttpRequest, name: str, verb: str) -> HttpResponse:
    """Return the panel of a verb, or the receipt once it was carried out."""
    desk, person = the_desk(), person_of(request)
    frame_of(request)  # whose zone the instants of a part of a page are told in
    shown = show(desk, name, by=person)
    try:
        found = find_verb(verb)
    except Misuse as error:
        raise NotFound(error.what, hint=error.hint) from None
    if shown.seen < max(found.least, Sight.PARTICIPANT):
        raise NotFound("no such verb is for this person", hint="")
    if not is_public(shown.case):
        number = shown.facts[-1].number
        parts().noted.case(desk, person=person, case=name, how="deed", number=number, now=now())
    posted = request.POST if request.method == "POST" else None
    sent = posted if posted is not None else request.GET
    panel = panel_of(shown, found, sent, is_posted=posted is not None, person=person)
    if posted is None or posted.get("step") != "do" or posted.get("checked") != panel.checked:
        return _draw(request, look_ahead(panel, shown, person=person), status=200)
    return carry_out(request, panel, shown, person=person)


def panel_of(shown: Shown, verb: Verb, sent: Mapping[str, str], *, is_posted: bool, person: str) -> Panel:
    """Return the panel for what was sent: its fields are named ``f.NAME``, so that none is taken for ours."""
    typed = {name[2:]: str(value) for name, value in sent.items() if name.startswith("f.")}
    typed = {name: value.replace("\r\n", "\n") for name, value in typed.items()}
    if not is_posted:
        typed = {**filled_in(shown, verb, sent.get("task", ""), person=person), **typed}
    filled = given(verb, typed)
    task, at = sent.get("task", "")[:200], sent.get("at", "").strip()[:60]
    seen, checked = sent.get("seen", ""), checked_of(filled, at)
    # What was changed since its change was shown is another command; what is sent again as it was shown is the same.
    is_same = is_posted and sent.get("step") == "do" and sent.get("checked") == checked
    last = max((fact.number for fact in shown.facts), default=0)
    return Panel(
        case=shown.case.id,
        verb=verb,
        meaning=meaning(verb),
        fields=form(verb, typed, at=shown.known, faults=faults_of(verb.body, filled, now=now())),
        task=task,
        row=row_id(shown.case.id, task),
        seen=int(seen) if is_posted and seen.isdecimal() and len(seen) < 10 else last,
        last=last,
        key=sent.get("key", "")[:60] if is_same else f"web:{get_random_string(24)}",
        at=at,
        checked=checked,
    )


def filled_in(shown: Shown, verb: Verb, task: str, *, person: str) -> dict[str, str]:
    """Return what needs not be typed: what the desk would fill in, and what the facts of the task already say."""
    because = {number for duty in shown.known.duties if duty.key == task for number in duty.because}
    asked = asked_for(verb, (fact for fact in shown.facts if fact.number in because))
    return {**prefilled(the_desk(), verb, shown.case, shown.known.team, by=person), **asked}


def checked_of(filled: Mapping[str, str], at: str) -> str:
    """Return the digest of what was typed: a change is carried out only as it was shown."""
    return hashlib.sha256(msgspec.json.encode([sorted(filled.items()), at])).hexdigest()[:24]


def order_of(panel: Panel, *, person: str) -> Order:
    """Return the command that the panel stands for; raise `Misuse` when the moment cannot be read."""
    fields = {field.name: field.value for field in panel.fields if field.value.strip()}
    at = read_moment(panel.at, now=now(), what="when") if panel.at else None
    return Order(
        verb=panel.verb.name,
        case=panel.case,
        fields={name: _plain(panel, name, value) for name, value in fields.items()},
        by=person,
        key=panel.key,
        seen=panel.seen,
        at=at,
    )


def _plain(panel: Panel, name: str, value: str) -> object:
    field = next(field for field in panel.fields if field.name == name)
    return value in {"yes", "on", "true", "1"} if field.input == "yes" else value.strip()


def look_ahead(panel: Panel, shown: Shown, *, person: str) -> Panel:
    """Return the panel with what the verb would change, or with what is in its way."""
    missing = [field for field in panel.fields if field.required and not field.value.strip()]
    if any(field.fault for field in panel.fields):
        return panel
    try:
        panel.preview = preview(the_desk(), order_of(panel, person=person))
    except Misuse as error:
        if not missing:
            panel.fault, panel.hint = error.what, error.hint
    except Stale as error:
        _catch_up(panel, shown, error)
    except (Refused, BadFact) as error:
        panel.fault, panel.hint = error.what, error.hint
    return panel


def _catch_up(panel: Panel, shown: Shown, error: Stale) -> None:
    """Let the panel say what came meanwhile, and go on from there."""
    news = [fact for fact in shown.facts if fact.number > panel.seen][-NEWS:]
    panel.news = tuple((fact, words_of(fact)) for fact in news)
    panel.fault, panel.hint, panel.is_stale, panel.seen = error.what, "", True, panel.last


def carry_out(request: HttpRequest, panel: Panel, shown: Shown, *, person: str) -> HttpResponse:
    """Return the receipt, after the verb was done; or the panel with what was in its way, and nothing recorded.

    On Today the receipt comes with the whole list, as it stands after what was done.
    """
    place = place_of(request, panel.row)
    try:
        receipt = do(the_desk(), order_of(panel, person=person))
    except Stale as error:
        _catch_up(panel, shown, error)
        return _draw(request, panel, status=409)
    except (Refused, Misuse, BadFact) as error:
        panel.fault, panel.hint = error.what, error.hint
        return _draw(request, panel, status=422)
    context = {"panel": panel, "receipt": receipt, "written": written_of(receipt, shown.seen), "now": now()}
    if place is not None:
        return redraw(request, place, render_to_string("deed/receipt.html", context, request))
    template = "deed/receipt.html" if request.headers.get("HX-Request") else "deed/receipt_page.html"
    return render(request, template, context)


def written_of(receipt: Receipt, seen: Sight) -> list[Written]:
    """Return the facts of a receipt in words, each with whether the reader can take it back."""
    own = seen >= VERBS["withdraw"].least
    found = [(fact, may_withdraw(fact, receipt.case)) for fact in receipt.facts]
    return [Written(fact=fact, words=words_of(fact), may_go=own and may, may_team=may) for fact, may in found]


def _draw(request: HttpRequest, panel: Panel, *, status: int) -> HttpResponse:
    template = "deed/panel.html" if request.headers.get("HX-Request") else "deed/page.html"
    facts = [(fact, words_of(fact)) for fact in panel.preview.facts] if panel.preview else []
    return render(request, template, {"panel": panel, "facts": facts, "now": now()}, status=status)
