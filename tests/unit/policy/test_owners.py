"""Who a task belongs to."""

import pytest

from midstream.cases.team import Span
from midstream.ledger.kinds.intake import ReportReceived
from midstream.policy.duties import Duty, duties
from midstream.policy.owners import Owner, owner
from tests.telling import DAY, PROJECT, START, case, obligation, policy, team

PEOPLE = PROJECT.replace('name = "mara"\n', 'name = "mara"\nskills = ["triage", "fix"]\n').replace(
    'name = "ines"\n', 'name = "ines"\nskills = ["fix"]\n'
)


def span(person: str) -> Span:
    return Span(person=person, starts_at=START, ends_at=START + DAY)


def duty(**fields: object) -> Duty:
    told = case(ReportReceived(project="tf-m", channel="mail", title="t"))
    (found,) = duties(told, policy(obligation(**fields)), team())
    return found


def belongs(
    *, areas: tuple[str, ...] = (), claimed: str = "", on_duty: str = "", absent: tuple[str, ...] = (), **fields: object
) -> Owner:
    shifts = (span(on_duty),) if on_duty else ()
    here = team(PEOPLE, shifts=shifts, absences=tuple(map(span, absent)))
    return owner(duty(**fields), areas=areas, claimed_by=claimed, team=here, now=START)


EXPERT = {"work": "expert", "ask": "?"}

TABLE: list[tuple[dict[str, object], tuple[str, ...], str]] = [
    ({"claimed": "ines", "on_duty": "mara"}, ("ines",), "claimed"),
    ({"claimed": "ines", "absent": ("ines",)}, ("ines",), "claimed"),
    ({"role": "response-team"}, ("mara", "yuki"), "response-team"),
    ({"role": "response-team", "absent": ("mara",)}, ("yuki",), "response-team"),
    ({"role": "release-manager"}, (), "release-manager"),
    ({"on_duty": "yuki"}, ("yuki",), "on duty"),
    ({"on_duty": "yuki", "absent": ("yuki",)}, (), "on duty"),
    ({}, (), "on duty"),
    ({**EXPERT, "skill": "fix", "areas": ("crypto",)}, ("ines",), "skill fix, code area"),
    ({**EXPERT, "skill": "fix", "areas": ("boot",)}, ("mara", "ines"), "skill fix"),
    ({**EXPERT, "skill": "fix", "areas": ("crypto",), "absent": ("ines",)}, ("mara",), "skill fix"),
    ({**EXPERT, "skill": "backport", "areas": ("crypto",)}, ("ines",), "code area"),
    ({**EXPERT, "areas": ("crypto",)}, ("ines",), "code area"),
    ({**EXPERT, "skill": "backport"}, ("mara", "yuki"), "response team"),
    ({**EXPERT, "absent": ("mara", "yuki")}, (), "nobody"),
]


@pytest.mark.parametrize(("given", "people", "why"), TABLE)
def test_whose_a_task_is(given: dict[str, object], people: tuple[str, ...], why: str) -> None:
    assert belongs(**given) == Owner(people=people, why=why)  # type: ignore[arg-type]
