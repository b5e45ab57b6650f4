"""The whole API under requests made from its own description: no failure of ours, no answer it does not name."""

from datetime import timedelta

import pytest
import schemathesis
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck
from hypothesis import settings as laws
from schemathesis.specs.openapi.checks import positive_data_acceptance

from midstream.desk.front.tokens import SCOPES, make_token
from tests.desks import Clock
from tests.web import new_parts, open_desk, reset

WSGI = get_wsgi_application()
SCHEMA = schemathesis.openapi.from_wsgi("/api/openapi.json", WSGI, headers={"Host": "127.0.0.1"})
# The same requests each time, whatever ran before: nothing is drawn from the constants of modules (see tests/examples).
SCHEMA.config.analysis.constants.enabled = False


@pytest.fixture
def token(copies: dict[str, object]) -> str:
    """A token of a member of the team, for everything, over the small project, which each operation finds as it was."""
    clock = Clock()
    reset(copies["small"])  # type: ignore[arg-type]
    settings.MIDSTREAM = new_parts(clock)
    _, told = make_token(
        open_desk(clock),
        person="ada",
        label="any request",
        scopes=SCOPES,
        expires_at=clock.now + timedelta(days=30),
        name="a" * 16,
        secret="s" * 43,
    )
    return told


@SCHEMA.parametrize()
@laws(
    max_examples=5,
    derandomize=True,  # the same requests each time; ask for more, and others, by taking this line out
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)
def test_any_request_is_answered_as_described(case: schemathesis.Case, token: str) -> None:
    # A name of a case that is there makes for more than answers of 404.
    if len(str(case.path_parameters.get("case", ""))) in range(1, 101):
        case.path_parameters["case"] = "acme-1"
    headers = {"Authorization": f"Bearer {token}", "Host": "127.0.0.1"}
    # A branch that the project does not have is told as such (422), though its name is well written.
    case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
