"""The project file: what it says, and that every fault names file, line and what to do."""

from datetime import UTC, date, datetime

import pytest

from midstream.project import Branch, Cna, Party, Person, Project, ProjectError, Repository, read_project
from midstream.project.config import RESERVED, is_zone

GOOD = """\
[project]
id = "tf-m"
name = "Trusted Firmware-M"
policy = "tf-m"
zone = "Europe/London"
contact = "security@example.org"

[[repository]]
name = "trusted-firmware-m"
url = "https://git.example.org/tf-m"

[[branch]]
name = "main"
kind = "development"

[[branch]]
name = "lts-1"
kind = "lts"
supported_from = 2026-01-01
supported_until = 2026-12-31

[[person]]
name = "mara"
roles = ["response-team", "auditor"]
skills = ["triage"]
zone = "Europe/Paris"

[[person]]
name = "ines"
areas = ["crypto"]
holidays = "FR"

[[party]]
name = "alder"
list = "partners"
zone = "Asia/Tokyo"

[[party]]
name = "brook"
list = "ess"

[cna]
name = "an authority"
"""


def test_a_project_is_read_whole() -> None:
    project = read_project(GOOD)
    main, lts = project.branches
    mara, ines = project.people
    alder, brook = project.parties
    assert project == Project(
        id="tf-m",
        name="Trusted Firmware-M",
        policy="tf-m",
        zone="Europe/London",
        contact="security@example.org",
        repositories=(Repository(name="trusted-firmware-m", url="https://git.example.org/tf-m"),),
        branches=(main, lts),
        people=(mara, ines),
        parties=(alder, brook),
        cna=Cna(name="an authority"),
    )
    assert main == Branch(name="main", kind="development")
    assert lts == Branch(name="lts-1", kind="lts", supported_from=date(2026, 1, 1), supported_until=date(2026, 12, 31))
    assert mara == Person(
        name="mara", zone="Europe/Paris", roles=("response-team", "auditor"), skills=("triage",), areas=(), holidays=""
    )
    assert ines == Person(name="ines", areas=("crypto",), holidays="FR")
    assert brook == Party(name="brook", list="ess", zone="UTC", contact="")
    assert (project.person("ines"), project.person("nobody")) == (ines, None)
    assert (project.branch("lts-1"), project.branch("lts-9")) == (lts, None)
    assert (project.parties_in("partners"), project.parties_in("nobody")) == ((alder,), ())


def test_the_least_a_project_says() -> None:
    assert read_project('[project]\nid = "a"\nname = "A"\npolicy = "p"\n') == Project(id="a", name="A", policy="p")


FAULTS = [
    ('id = "tf-m"', 'id = "TF-M"', 2, "id: Expected 'str' matching regex", "Compare with"),
    ('id = "tf-m"', "", 1, "project: the key is missing: 'id'", "Compare with"),
    ('name = "Trusted Firmware-M"', 'name = ""', 3, "name: Expected 'str' of length >= 1", "Compare with"),
    ('policy = "tf-m"', 'polic = "tf-m"', 4, "no key is called 'polic' here", "Did you mean 'policy'?"),
    ('zone = "Europe/London"', 'zone = "Europe/Londn"', 5, "'Europe/Londn' is no time zone", "Use an IANA name"),
    ('zone = "Europe/Paris"', 'zone = "CEST"', 26, "'CEST' is no time zone", "Use an IANA name"),
    ('zone = "Asia/Tokyo"', 'zone = "../zone"', 36, "'../zone' is no time zone", "Use an IANA name"),
    ('kind = "lts"', 'kind = "long"', 18, "kind: Invalid enum value 'long'", "Compare with"),
    ("2026-12-31", '"soon"', 20, "supported_until: Invalid RFC3339 encoded date", "Compare with"),
    ('"auditor"', '"boss"', 24, "roles: Invalid enum value 'boss'", "Compare with"),
    ("[[repository]]", "[[repositry]]", 8, "no key is called 'repositry' here", "Did you mean 'repository'?"),
    ('name = "lts-1"', 'name = "main"', 17, "two of [[branch]] are called 'main'", "Rename or remove one."),
    ('name = "ines"', 'name = "mara"', 29, "two of [[person]] are called 'mara'", "Rename or remove one."),
    ('name = "brook"', 'name = "alder"', 39, "two of [[party]] are called 'alder'", "Rename or remove one."),
    ('name = "ines"', 'name = "worker"', 29, "nobody may be called 'worker'", "Choose another."),
    ('name = "ines"', 'name = "intake"', 29, "nobody may be called 'intake'", "Choose another."),
    ("[cna]", "[cna", 42, "Expected ']'", "See toml.io"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "what", "hint"), FAULTS)
def test_a_fault_names_its_line(old: str, new: str, line: int, what: str, hint: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ProjectError) as caught:
        read_project(GOOD.replace(old, new), where="tf-m.toml")
    assert caught.value.where == f"tf-m.toml:{line}"
    assert caught.value.what.startswith(f"tf-m.toml:{line}: {what}")
    assert caught.value.hint.startswith(hint)


def test_two_repositories_of_one_name_are_refused() -> None:
    with pytest.raises(ProjectError, match=r"^midstream.toml:46: two of \[\[repository\]\] are called"):
        read_project(GOOD + '\n[[repository]]\nname = "trusted-firmware-m"\n')


def test_a_name_may_stand_once_in_each_list() -> None:
    assert read_project(GOOD.replace('name = "brook"', 'name = "mara"')).parties[1].name == "mara"


@pytest.mark.parametrize("table", ["party", "repository", "branch"])
def test_only_persons_may_not_take_a_reserved_name(table: str) -> None:
    more = 'list = "ess"\n' if table == "party" else ""
    attribute = {"party": "parties", "repository": "repositories", "branch": "branches"}[table]
    for name in RESERVED:
        project = read_project(f'{GOOD}\n[[{table}]]\nname = "{name}"\n{more}')
        assert name in {entry.name for entry in getattr(project, attribute)}


FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("moment", "is_maintained"),
    [
        ("2025-12-31T23:59:59+00:00", False),
        ("2026-01-01T00:00:00+00:00", True),
        ("2026-01-01T00:30:00+01:00", False),  # still December in UTC
        ("2026-12-31T23:59:59.999999+00:00", True),
        ("2027-01-01T00:00:00+00:00", False),
        ("2026-12-31T23:30:00-01:00", False),  # already January in UTC
    ],
)
def test_support_begins_and_ends_at_midnight_in_utc(moment: str, is_maintained: bool) -> None:  # noqa: FBT001
    for kind in ("lts", "release"):
        branch = Branch(name="b", kind=kind, supported_from=FIRST, supported_until=LAST)
        assert branch.is_maintained(datetime.fromisoformat(moment)) is is_maintained


@pytest.mark.parametrize("moment", [datetime(1990, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)])
def test_what_has_no_days_is_always_maintained(moment: datetime) -> None:
    assert Branch(name="b").is_maintained(moment)
    assert not Branch(name="b", kind="development").is_maintained(moment)
    assert not Branch(name="b", kind="archive").is_maintained(moment)


def test_the_instant_support_ends() -> None:
    assert Branch(name="b", supported_until=LAST).ends_at() == datetime(2027, 1, 1, tzinfo=UTC)
    assert Branch(name="b").ends_at() is None


def test_the_last_day_of_the_calendar_means_for_ever() -> None:
    branch = Branch(name="b", supported_until=date(9999, 12, 31))
    assert branch.ends_at() is None
    assert branch.is_maintained(datetime(9999, 12, 31, 12, tzinfo=UTC))


@pytest.mark.parametrize("name", ["UTC", "Europe/London", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_zones_of_the_database(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Nowhere", "/etc", "../etc", "a\0b", "é", "x" * 5_000])
def test_what_is_no_zone(name: str) -> None:
    assert not is_zone(name)
