"""Evidence: what was due, when it was met and by which fact, for auditors; and as CSV. No content of any case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from midstream.desk.front import evidence as desk_evidence
from midstream.desk.front.evidence import Evidence
from midstream.web.parts import now, parts, person_of, the_desk
from midstream.web.sheets import csv_file


@require_safe
def streams(request: HttpRequest) -> HttpResponse:
    """Return the cases whose evidence may be read, by name and number of facts."""
    found = desk_evidence.streams(the_desk(), by=person_of(request))
    return render(request, "desk/evidence.html", {"streams": found})


def _evidence(request: HttpRequest, name: str) -> Evidence:
    desk, person, moment = the_desk(), person_of(request), now()
    found = desk_evidence.evidence(desk, name, by=person, now=moment)
    parts().noted.case(desk, person=person, case=name, how="evidence", number=len(found.marks), now=moment)
    return found


@require_safe
def case(request: HttpRequest, name: str) -> HttpResponse:
    """Return the evidence of one case."""
    return render(request, "desk/evidence_case.html", {"evidence": _evidence(request, name), "now": now()})


@require_safe
def case_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Return the evidence of one case as CSV: one duty a line."""
    found = _evidence(request, name)
    heads = (
        "case",
        "policy",
        "clause",
        "duty",
        "subject",
        "opened",
        "due",
        "stands",
        "met",
        "fact",
        "kind",
        "by",
        "digest",
    )
    rows = [
        (
            found.case,
            proof.policy,
            proof.clause,
            proof.name,
            proof.subject,
            proof.opens_at.isoformat(),
            proof.due_at.isoformat() if proof.due_at else "",
            proof.standing,
            proof.met_at.isoformat() if proof.met_at else "",
            *((mark.number, mark.kind, mark.said_by, mark.digest) if (mark := proof.met_by) else ("", "", "", "")),
        )
        for proof in found.proofs
    ]
    return csv_file(f"evidence-{name}.csv", heads, rows)
