"""Documents of a case under embargo: checked as they will be, for its team; nothing is read as public before."""

import pytest

from tests.shells import Shell


def test_a_case_under_embargo_is_checked_as_it_will_be_published(demo: Shell) -> None:
    said = demo("advisory", "check", "tf-m-2", "--json").json
    found = {row["format"]: row["complaints"] for row in said["checked"]}
    assert {"cve", "osv", "csaf20", "openvex", "cyclonedx", "spdx", "zephyr", "mail", "atom", "record"} <= found.keys()
    assert [row for name, row in found.items() if name != "cve" and row] == []
    # Without a site of its own this desk has no address to give, and a CVE record needs one.
    assert found["cve"] == ["reference.url: references is missing; a record needs at least one public address"]
    assert "embargo.ended" not in demo("case", "log", "tf-m-2").out


@pytest.mark.parametrize("person", ["lena", "eve"])
def test_what_will_be_public_is_for_the_team_to_look_at(demo: Shell, person: str) -> None:
    said = demo("advisory", "check", "tf-m-2", by=person)
    assert said.code in (1, 2)
    assert (said.out, "key derivation" in said.err) == ("", False)


@pytest.mark.parametrize(
    "words", [("show", "tf-m-2", "--public"), ("export", "tf-m-2", "--public", "--format", "csaf20")]
)
def test_nothing_of_a_case_under_embargo_is_public(demo: Shell, words: tuple[str, ...]) -> None:
    said = demo("advisory", *words)
    assert (said.code, said.out) == (1, "")
    assert "tf-m-2 is not public" in said.err
    assert "midstream advisory check tf-m-2" in said.err
