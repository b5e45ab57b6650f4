"""Each import contract of pyproject.toml, run with the real configuration over a house with one planted violation."""

import itertools
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = {
    each["id"]: each
    for each in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# Highest first; rooms on one line stand beside one another.
FLOORS = (
    ("wiring",),
    ("web", "cli", "site"),
    ("adapters", "store"),
    ("desk",),
    ("advisories", "policy"),
    ("cases",),
    ("ledger", "project", "analysis"),
    ("formats",),
)
ROOMS = [room for floor in FLOORS for room in floor]

# A whole house that keeps every contract: module → its text.
CLEAN = {
    "__init__": "",
    **{f"{room}.{module}": "" for room in ROOMS for module in ("__init__", "one", "other")},
    "wiring.main": "import django, midstream.web.one, midstream.cli.one, midstream.store.one, midstream.adapters.one",
    "web.pages": "import django, midstream.desk.one",
    "cli.commands": "import midstream.desk.one",
    "site.pages": "import midstream.formats.one",
    "adapters.mail": "import subprocess, urllib.request, midstream.desk.one",
    "store.models": "import django.db, sqlite3, psycopg, midstream.desk.one",
    "desk.verbs": "import urllib.parse, midstream.policy.one, midstream.cases.one",
    "advisories.record": "import midstream.cases.one",
    "analysis.exposure.__init__": "import sqlite3",
}

# (contract, module, the text planted there)
PLANTED = [
    *[
        ("one-direction", f"{lower[0]}.one", f"import midstream.{upper[-1]}.other")
        for upper, lower in itertools.pairwise(FLOORS)
    ],
    *[
        ("one-direction", f"{floor[0]}.one", f"import midstream.{beside}.other")
        for floor in FLOORS
        for beside in floor[1:]
    ],
    ("one-direction", "attic.__init__", ""),
    ("only-through-the-desk", "web.one", "import midstream.store.one"),
    ("only-through-the-desk", "web.one", "import midstream.adapters.one"),
    ("only-through-the-desk", "cli.one", "import midstream.store.one"),
    ("only-through-the-desk", "cli.one", "def late():\n    from midstream.adapters import one"),
    *[
        ("public-site-is-apart", "site.one", f"import midstream.{room}.one")
        for room in ("adapters", "store", "desk", "policy", "cases", "ledger", "project")
    ],
    ("public-site-is-apart", "site.one", "import midstream.advisories.record"),  # which imports cases
    *[
        ("pure-core", f"{room}.one", f"import {outside}")
        for room, outside in (
            ("desk", "django.conf"),
            ("advisories", "httpx"),
            ("policy", "subprocess"),
            ("cases", "socket"),
            ("ledger", "sqlite3"),
            ("project", "requests"),
            ("analysis", "psycopg"),
            ("formats", "http.client"),
            ("formats", "aiohttp"),
            ("formats", "urllib3"),
        )
    ],
    ("who-knows-django", "cli.one", "import django"),
    ("who-knows-django", "site.one", "import django.template"),
    ("who-knows-django", "adapters.one", "import django"),
    ("adapters-apart", "adapters.one", "import midstream.adapters.other"),
    ("analyses-apart", "analysis.one", "import midstream.analysis.other"),
    ("formats-apart", "formats.one", "import midstream.formats.other"),
    ("no-cycles", "desk.one", "import midstream.desk.verbs, midstream.desk.other"),
]
# What the planted text needs elsewhere to be a violation.
WITH_IT = {"no-cycles": {"desk.other": "import midstream.desk.one"}}


def broken_contracts(house: Path, modules: dict[str, str]) -> set[str]:
    """Ids of the contracts that lint-imports reports as broken for a package midstream of these modules."""
    for name, text in modules.items():
        path = house.joinpath("midstream", *name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("lint-imports"),
            "--no-logo",
            "--no-cache",
            "--config",
            ROOT / "pyproject.toml",
        ],
        cwd=house,
        env={**os.environ, "PYTHONPATH": f"{house}{os.pathsep}{ROOT}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    judged = {
        contract: word
        for contract, each in CONTRACTS.items()
        for word in ("KEPT", "BROKEN")
        if any(line.startswith(f"{each['name']} {word}") for line in lines)
    }
    assert judged.keys() == CONTRACTS.keys(), f"lint-imports did not judge every contract:\n{done.stdout}{done.stderr}"
    broken = {contract for contract, word in judged.items() if word == "BROKEN"}
    assert done.returncode == bool(broken), done.stdout
    return broken


def test_a_clean_house_keeps_every_contract(tmp_path: Path) -> None:
    assert broken_contracts(tmp_path, CLEAN) == set()


def test_a_house_with_rooms_still_to_be_built_keeps_every_contract(tmp_path: Path) -> None:
    some = {name: text for name, text in CLEAN.items() if name.split(".")[0] in {"__init__", "ledger", "formats"}}
    assert broken_contracts(tmp_path, some) == set()


@pytest.mark.parametrize(
    ("contract", "module", "text"), PLANTED, ids=lambda value: value.replace("\n", " ") if value else "empty"
)
def test_a_planted_violation_is_found(contract: str, module: str, text: str, tmp_path: Path) -> None:
    broken = broken_contracts(tmp_path, {**CLEAN, module: text, **WITH_IT.get(contract, {})})
    assert contract in broken


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract for contract, _, _ in PLANTED} == CONTRACTS.keys()


def test_contracts_name_only_rooms_of_the_house() -> None:
    # A contract of type "rooms" passes over a room that does not exist, so a misspelt name would guard nothing.
    named = {
        name
        for each in CONTRACTS.values()
        for field in ("source_modules", "forbidden_modules")
        for name in each.get(field, [])
        if name.startswith("midstream")
    }
    assert named <= {f"midstream.{room}" for room in ROOMS}
