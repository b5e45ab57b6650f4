"""New report: a form for anybody, proof of concept first; and the page by which its sender follows it up."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST

from midstream.desk.front.alike import Told, public_alike
from midstream.desk.front.web_report import (
    Attached,
    Progress,
    WebReport,
    add_message,
    follow,
    take_web_report,
)
from midstream.web.parts import parts, the_desk
from midstream.web.throttle import may_go_on
from midstream.web.uploads import LIMIT

LONG, SHORT = 20_000, 200


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question of the form, with what was answered and what is wrong with it."""

    name: str
    asks: str
    help: str = ""
    kind: str = "text"
    choices: tuple[str, ...] = ()
    needed: bool = False
    value: str = ""
    fault: str = ""

    @property
    def longest(self) -> int:
        """Characters it takes."""
        return LONG if self.kind == "text" else SHORT


QUESTIONS = (
    Question(
        name="poc",
        asks="What do you do to make it happen?",
        help="Step by step, or code; files go below. Without it we can hardly look into it.",
        needed=True,
    ),
    Question(name="happens", asks="What happens then, and what should happen instead?", needed=True),
    Question(
        name="version",
        asks="In which version or commit, on which board or emulator, did you see it?",
        kind="line",
        needed=True,
    ),
    Question(
        name="who",
        asks="Who could do it?",
        kind="choice",
        choices=(
            "somebody on the network",
            "somebody in radio range",
            "less privileged software on the device",
            "somebody who holds the device",
            "I do not know",
        ),
        needed=True,
    ),
    Question(
        name="holds",
        asks="What must they control or hold beforehand?",
        help="An account, a key, a setting, a peer; or nothing.",
        kind="line",
    ),
    Question(
        name="gains",
        asks="What do they gain?",
        kind="choice",
        choices=(
            "run code",
            "read what is not theirs",
            "change what is not theirs",
            "stop the device",
            "something else",
        ),
        needed=True,
    ),
    Question(
        name="default",
        asks="Does it happen with the settings as they are shipped?",
        kind="choice",
        choices=("yes", "only with other settings", "I do not know"),
    ),
    Question(
        name="known",
        asks="Does anybody else know of it, or has it been used?",
        help="Published, told to others, seen in use; where and since when.",
        kind="line",
    ),
    Question(name="title", asks="In one sentence: what is wrong?", kind="line", needed=True),
    Question(name="area", asks="In which part of the code, if you know?", kind="line"),
    Question(name="plan", asks="Do you mean to publish, and when?", kind="line"),
    Question(
        name="email",
        asks="Your e-mail address, if you want to be reached",
        help="Without it, the code you get is the only way between us.",
        kind="email",
    ),
    Question(name="name", asks="The name to give credit to, if you want credit", kind="line"),
)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Return the form; or the receipt, after the report was recorded."""
    desk = the_desk()
    projects = {name: project.name for name, project in sorted(desk.projects().items())}
    if request.method != "POST":
        key = get_random_string(32)
        context = {"questions": QUESTIONS, "projects": projects, "key": key, "limit": LIMIT // (1024 * 1024)}
        return render(request, "report/form.html", context)
    questions, faults = answered(request)
    project = request.POST.get("project", "") or next(iter(projects), "")
    if project not in projects:
        faults["project"] = "Choose the project."
    context = {
        "questions": questions,
        "projects": projects,
        "project": project,
        "key": request.POST.get("key", "")[:64],
        "faults": faults,
        "limit": LIMIT // (1024 * 1024),
    }
    if faults:
        return render(request, "report/form.html", context, status=422)
    if not may_go_on(request, what="report", most=6, seconds=3600):
        context["faults"] = {
            "": "Many reports came from your address within the hour. Wait a while, then send it again."
        }
        return render(request, "report/form.html", context, status=429)
    code = code_for(context["key"])
    case = take_web_report(desk, report=report_of(request, questions, project), code=code)
    return render(request, "report/receipt.html", {"case": case, "code": code})


def answered(request: HttpRequest) -> tuple[list[Question], dict[str, str]]:
    """Return the questions with what was answered, and what is wrong: beside each, and for the files."""
    found = [_answer(question, request.POST) for question in QUESTIONS]
    faults = {question.name: question.fault for question in found if question.fault}
    if too_large := getattr(request, "too_large", ()):
        faults["files"] = f"{', '.join(too_large)}: larger than {LIMIT // (1024 * 1024)} MB. The other files were read."
    if len(request.POST.get("key", "")) < 32:
        faults["key"] = "This form is incomplete; load the page again."
    return found, faults


def _answer(question: Question, sent: Mapping[str, str]) -> Question:
    value = sent.get(question.name, "").replace("\r\n", "\n").strip()
    fault = ""
    if question.needed and not value:
        fault = "We need this to look into it."
    elif len(value) > question.longest:
        fault = f"It has {len(value)} characters, at most {question.longest}. Put long text into a file."
    elif question.choices and value and value not in question.choices:
        fault = "Choose one of the list."
    elif question.kind == "email" and value and not 0 < value.find("@") < len(value) - 1:
        fault = "This is no e-mail address; leave it empty to stay unknown."
    elif "\0" in value:
        fault = "It holds a character that cannot be kept (NUL). Put it into a file."
    return msgspec.structs.replace(question, value=value, fault=fault)


def report_of(request: HttpRequest, questions: list[Question], project: str) -> WebReport:
    """Return the report that was filled in."""
    given = {question.name: question.value for question in questions}
    asked = tuple(
        (question.asks, question.value) for question in questions if question.name not in {"title", "email", "name"}
    )
    return WebReport(
        project=project,
        title=given["title"],
        answers=asked,
        reporter=given["email"],
        reporter_name=given["name"],
        area=given["area"],
        disclosure_plan=given["plan"],
        files=files_of(request),
    )


def files_of(request: HttpRequest) -> tuple[Attached, ...]:
    """Return the files that came with a form, whose sizes were limited while they came."""
    return tuple(
        Attached(name=_safe_name(file.name or ""), media_type=(file.content_type or "")[:SHORT], content=file.read())
        for file in request.FILES.getlist("files")
    )


def _safe_name(name: str) -> str:
    """Return the last part of a file's name, without characters that cannot be seen."""
    return "".join(char for char in name.rpartition("/")[2].rpartition("\\")[2] if char.isprintable())[:SHORT]


def code_for(key: str) -> str:
    """Return the code of a form: the same for the same form sent twice, and known to nobody but its sender.

    125 bits of HMAC-SHA-256 under the server's own key, in groups of five letters and digits (RFC 4648, section 6).
    """
    sealed = hmac.digest(settings.SECRET_KEY.encode(), b"report\0" + key.encode(), "sha256")
    letters = base64.b32encode(sealed).decode()[:25]
    return "-".join(letters[start : start + 5] for start in range(0, 25, 5))


@login_not_required
@require_POST
def hints(request: HttpRequest) -> HttpResponse:
    """Return public cases that read like what was typed; by POST, as it stands in no address and no log.

    Nothing in the answer depends on cases that are not public.
    """
    sent = request.POST
    if not may_go_on(request, what="hints", most=120, seconds=600):
        return HttpResponse("")
    text = "\n".join(sent.get(name, "")[:LONG] for name in ("poc", "happens"))
    told = Told(title=sent.get("title", "")[:SHORT], area=sent.get("area", "")[:SHORT], text=text)
    found = public_alike(the_desk(), told=told, project=sent.get("project", "")[:80], words=parts().public_words)
    return render(request, "report/hints.html", {"found": found})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest) -> HttpResponse:
    """Return how the report of a code stands, after what was added to it was recorded. Codes come by POST alone."""
    if request.method != "POST":
        return render(request, "report/follow.html", {})
    code, text = request.POST.get("code", "")[:80], request.POST.get("text", "").replace("\r\n", "\n").strip()
    if not may_go_on(request, what="follow", most=40, seconds=3600):
        return render(request, "report/follow.html", {"fault": "Too many tries; wait an hour."}, status=429)
    desk = the_desk()
    context: dict[str, object] = {"code": code, "text": text, "key": get_random_string(32)}
    files = files_of(request)
    fault = _fault_of(request, text)
    if (text or files) and not fault:
        sent = hashlib.sha256(f"{code}\0{request.POST.get('key', '')[:64]}".encode()).hexdigest()[:32]
        words = text or "Files were added."
        context["added"] = add_message(desk, code=code, text=words, files=files, key=f"follow:{sent}")
        context["text"] = ""
    progress: Progress | None = follow(desk, code=code)
    if progress is None:
        return render(request, "report/follow.html", {"fault": "No report has this code."}, status=404)
    context |= {"progress": progress, "message_fault": fault}
    return render(request, "report/follow.html", context, status=422 if fault else 200)


def _fault_of(request: HttpRequest, text: str) -> str:
    if too_large := getattr(request, "too_large", ()):
        return f"{', '.join(too_large)}: larger than {LIMIT // (1024 * 1024)} MB; nothing was added."
    if len(text) > LONG:
        return f"It has {len(text)} characters, at most {LONG}. Put long text into a file."
    return "It holds a character that cannot be kept (NUL). Put it into a file." if "\0" in text else ""
