"""End to end against a brute force that evaluates every range with the real comparers, event by event."""

import collections
import functools
import itertools
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from packaging.version import InvalidVersion, Version

from midstream.analysis.exposure.fleets.asking import scan_fleet
from midstream.analysis.exposure.match import Component, match
from tests.unit.analysis.exposure.conftest import MakeFleet, MakeIndex
from tests.unit.analysis.exposure.osv_entries import entry, package
from tests.unit.analysis.exposure.versions.comparers import Compare, debian, sign
from tests.unit.analysis.exposure.versions.drawn import versions


def pep440(left: str, right: str) -> int:
    return sign(Version(left), Version(right))


def affected(version: str, events: list[tuple[str, str]], compare: Compare) -> bool:
    """The algorithm of the OSV format, "Evaluation", over events sorted by the comparer."""
    found = False
    limits = [bound for word, bound in events if word == "limit"]
    for word, bound in events:
        at_least = (bound == "0" and word == "introduced") or compare(version, bound) >= 0
        if word == "introduced" and at_least:
            found = True
        elif (word == "fixed" and at_least) or (word == "last_affected" and compare(version, bound) > 0):
            found = False
    return found and (not limits or any(compare(version, limit) < 0 for limit in limits))


def is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


CASES: dict[str, tuple[str, str, str, Compare, Callable[[str], bool]]] = {
    "PyPI": ("PyPI", "pkg:pypi/demo@{}", "pep440", pep440, is_version),
    "Debian": (
        "Debian:12",
        "pkg:deb/debian/demo@{}?distro=debian-12",
        "deb",
        debian,
        lambda text: text[0].isdigit() and "+b1" not in text,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_as_a_brute_force(case: str, index_of: MakeIndex, fleet_of: MakeFleet) -> None:
    ecosystem, purl, scheme, compare, is_valid = CASES[case]
    chance = random.Random(case)
    pool = [text for text in versions(scheme, count=260, seed=9) if is_valid(text)]
    entries: list[dict[str, Any]] = []
    expected: set[tuple[str, str]] = set()
    shipped = chance.sample(pool, 120)
    for number in range(250):
        bounds = sorted(chance.sample(pool, 4), key=functools.cmp_to_key(compare))
        if any(compare(one, two) == 0 for one, two in itertools.pairwise(bounds)):
            continue  # an empty range: the format does not say what it means
        end = chance.choice(["fixed", "last_affected"])
        events = [("introduced", chance.choice(["0", bounds[0]])), (end, bounds[1])]
        events += [("introduced", bounds[2]), ("fixed", bounds[3])] if chance.random() < 0.4 else []
        events = events[:1] if chance.random() < 0.1 else events
        listed = tuple(chance.sample(pool, 2)) if chance.random() < 0.3 else ()
        written = [f"{word} {bound}" for word, bound in chance.sample(events, len(events))]
        entries.append(entry(f"B-{number}", package(ecosystem, "demo", *written, versions=listed)))
        for version in shipped:
            is_listed = any(compare(version, each) == 0 for each in listed)
            if affected(version, events, compare) or is_listed:
                expected.add((version, f"B-{number}"))
    index = index_of(entries)
    components = [Component(ecosystem=ecosystem, name="demo", version=version) for version in shipped]
    found = {
        (each.component.version, each.vulnerability)
        for each in match(index=index, components=components)
        if each.verdict == "affected"
    }
    assert len(expected) > 3_000
    assert found == expected
    fleet = fleet_of([purl.format(quote(version)) for version in shipped])
    told = {each.vulnerability: each.components for each in scan_fleet(fleet=fleet, index=index).open}
    assert told == collections.Counter(name for _, name in expected)
