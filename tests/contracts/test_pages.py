"""The pages over each database: all of them are there, and none asks the database often."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.conftest import POSTGRESQL, SQLITE

MOST = 12
"""Queries that a page may ask, however much is on it, its recorded reads included: drawn, and sent as it was kept."""

COUNT = """
import json
import sys
from midstream.wiring.web import Site, set_up
set_up(Site(store=sys.argv[1]))
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from midstream.desk.demo import DUTY, load_demo
from midstream.desk.reading import cases
from midstream.web.models import Account
desk = settings.MIDSTREAM.open_desk()
load_demo(desk)
account = Account.objects.create(person=DUTY)
Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
client = Client(HTTP_HOST="127.0.0.1")
client.force_login(account, backend="midstream.web.signin.sessions.Backend")
private = next(line.case for line in cases(desk, by=DUTY) if not line.is_public)
client.get("/programs/")  # the first request of a process opens the store
case = f"/cases/{private}/"
PAGES = ("/", "/?whose=team", "/cases/", case, "/board/", "/releases/", "/advisories/", "/policy/", "/reports/")
found = {}
for page in PAGES:
    for how in ("drawn", "kept"):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(page)
        name = f"{page.replace(private, 'CASE')} {how}"
        said = [one["sql"][:200] for one in asked.captured_queries if not one["sql"].startswith(("BEGIN", "COMMIT"))]
        found[name] = [answer.status_code, said]
print(json.dumps(found))
"""


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that no test used before: the pages have tables of their own."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    address: str = request.getfixturevalue("server").create()
    return address


def test_no_page_asks_the_database_more_than_twelve_times(fresh: str, tmp_path: Path) -> None:
    keys = {"MIDSTREAM_KEY_FILE": str(tmp_path / "store.key"), "MIDSTREAM_WEB_KEY_FILE": str(tmp_path / "web.key")}
    done = subprocess.run(
        [sys.executable, "-c", COUNT, fresh], capture_output=True, text=True, check=False, env={**os.environ, **keys}
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert {name: status for name, (status, _) in found.items() if status != 200} == {}
    assert {name: asked for name, (_, asked) in found.items() if len(asked) > MOST} == {}
    assert len(found["/ kept"][1]) < len(found["/ drawn"][1])
