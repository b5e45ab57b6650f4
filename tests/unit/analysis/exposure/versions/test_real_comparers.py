"""Each scheme's keys against its comparer: a sorted list of n versions says how n · (n - 1) / 2 pairs compare.

The list is sorted by the comparer, and the key of each version must compare with the one before as the comparer says.
"""

import itertools
import random
import shutil
import subprocess
from pathlib import Path
from typing import get_args

import pytest
from packaging.version import InvalidVersion as NotPep440
from packaging.version import Version

from midstream.analysis.exposure.versions import HIGHEST, LOWEST, InvalidVersion, Scheme, key_of, scheme_of
from tests.unit.analysis.exposure.versions import comparers
from tests.unit.analysis.exposure.versions.comparers import Compare, in_order, needs, sign, told
from tests.unit.analysis.exposure.versions.drawn import broken, versions

SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
COUNT = 1_200
PAIRS = COUNT * (COUNT - 1) // 2
assert PAIRS >= 100_000


def keyed(scheme: Scheme, drawn: list[str]) -> dict[str, str]:
    """The versions that have a key, with it."""
    found = {}
    for version in drawn:
        try:
            found[version] = key_of(scheme=scheme, version=version)
        except InvalidVersion:
            continue
    return found


def wrong(scheme: Scheme, rows: list[tuple[str, int]]) -> list[tuple[str, str, int]]:
    """Neighbours of a sorted list whose keys compare otherwise."""
    keys = {version: key_of(scheme=scheme, version=version) for version, _ in rows}
    return [
        (before, version, relation)
        for (before, _), (version, relation) in itertools.pairwise(rows)
        if sign(keys[before], keys[version]) != relation
    ]


def well_formed(scheme: Scheme, count: int = COUNT, *, at_least: float = 0.95) -> list[str]:
    drawn = versions(scheme, count=int(count * 1.3))
    found = list(keyed(scheme, drawn))[:count]
    assert len(found) >= count * at_least
    return found


def pep440(left: str, right: str) -> int:
    return sign(Version(left), Version(right))


@pytest.mark.parametrize(
    ("scheme", "compare"),
    [
        ("deb", comparers.debian),
        ("pep440", pep440),
        ("semver", comparers.semantic),
        ("bitnami", comparers.bitnami),
        ("apk", comparers.alpine),
        ("nuget", comparers.nuget),
        ("pub", comparers.dart),
    ],
)
def test_keys_order_as_the_comparer(scheme: Scheme, compare: Compare) -> None:
    rows = in_order(well_formed(scheme), compare)
    assert {relation for _, relation in rows} <= {-1, 0}, "the comparer itself is no order"
    assert wrong(scheme, rows) == []


@pytest.mark.parametrize(
    ("scheme", "compare"), [("deb", comparers.debian), ("pep440", pep440), ("apk", comparers.alpine)]
)
def test_pairs_drawn_at_random_compare_as_the_comparer(scheme: Scheme, compare: Compare) -> None:
    keys = keyed(scheme, versions(scheme, count=600, seed=2))
    chance = random.Random(scheme)
    for _ in range(3_000):
        left, right = chance.sample(list(keys), 2) if chance.random() < 0.01 else chance.choices(tuple(keys), k=2)
        assert sign(keys[left], keys[right]) == compare(left, right), (left, right)


def test_python_versions_are_accepted_as_packaging_accepts_them() -> None:
    drawn = versions("pep440", count=3_000, seed=3) + broken("pep440", count=3_000)
    found = keyed("pep440", drawn)

    def is_version(text: str) -> bool:
        try:
            Version(text)
        except NotPep440:
            return False
        return True

    assert [text for text in drawn if is_version(text) != (text in found)] == []
    assert 0 < len(found) < len(drawn)


def test_debian_versions_compare_and_are_refused_as_dpkg_does() -> None:
    dpkg = needs("dpkg", "the comparer itself")
    chance = random.Random(4)
    keys = keyed("deb", versions("deb", count=400, seed=4))
    for _ in range(60):
        left, right = chance.choices(tuple(keys), k=2)
        word = {-1: "lt", 0: "eq", 1: "gt"}[sign(keys[left], keys[right])]
        assert subprocess.run([dpkg, "--compare-versions", left, word, right], check=False).returncode == 0
    drawn = ["", "1.0-", ":1", "1:", "1 0", "+1:1", "-1:1", "0:0:1-1", "1:-1", "abc", "1_0", "2147483648:1"]
    drawn += ["1.0\n", "\n1.0", "\n1:1", "-0:1", "1.0\t", " 1.0", "1.0\v", "- 0:1"]
    drawn += broken("deb", count=60)
    for text in drawn:
        command = [dpkg, "--validate-version", "--", text]
        done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert (text in keyed("deb", [text])) == (done.returncode == 0), text


def test_semantic_versions_as_node_has_them() -> None:
    node = needs("node", "its semver module is the comparer")
    drawn = versions("semver", count=COUNT) + broken("semver", count=1_500)
    drawn = [text for text in drawn if text.strip() == text and "\n" not in text]
    good, rows = told([node, "-e", comparers.NODE, comparers.node_semver()], "".join(f"{text}\n" for text in drawn))
    assert set(good) == set(keyed("semver", drawn))
    assert wrong("semver", rows) == []
    assert len(rows) >= 1_200


def test_go_versions_as_the_go_module_has_them(tmp_path: Path) -> None:
    go = needs("go", "its vendored semver package is the comparer")
    root = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    package = Path(root, "src/cmd/vendor/golang.org/x/mod/semver/semver.go")
    if not package.is_file():
        pytest.skip(f"no {package}")
    (tmp_path / "semver").mkdir()
    shutil.copy(package, tmp_path / "semver")
    (tmp_path / "main.go").write_text(comparers.GO)
    (tmp_path / "go.mod").write_text("module order\n\ngo 1.21\n")
    drawn = [text for text in versions("go", count=COUNT) + broken("go", count=1_500) if "\n" not in text]
    good, rows = told([go, "run", "."], "".join(f"{text}\n" for text in drawn), cwd=tmp_path)
    assert set(good) == {text for text in keyed("go", drawn) if text.startswith("v")}
    assert wrong("go", rows) == []
    bare = [text.removeprefix("v") for text in good]
    assert [key_of(scheme="go", version=text) for text in bare] == [key_of(scheme="go", version=text) for text in good]


def test_rpm_versions_as_rpm_has_them(tmp_path: Path) -> None:
    rpm = needs("rpm", "the comparer itself")
    drawn = well_formed("rpm")
    path = tmp_path / "versions"
    path.write_text("".join(f"{text}\n" for text in drawn))
    macro = comparers.RPM.replace("arg_path", f'"{path}"')
    done = subprocess.run([rpm, "--eval", macro], capture_output=True, text=True, check=True)
    lines = [line.split(" ", 1) for line in done.stdout.splitlines() if line]
    rows = [(version, int(relation)) for relation, version in lines]
    assert len(rows) == len(drawn)
    assert wrong("rpm", rows) == []


def test_gem_versions_as_rubygems_has_them() -> None:
    ruby = needs("ruby", "Gem::Version is the comparer")
    drawn = [text for text in versions("gem", count=COUNT) + broken("gem", count=1_500) if "\n" not in text]
    good, rows = told([ruby, "-e", comparers.RUBY], "".join(f"{text}\n" for text in drawn))
    assert set(good) == set(keyed("gem", drawn))
    assert wrong("gem", rows) == []


def test_maven_versions_as_maven_has_them(tmp_path: Path) -> None:
    java = needs("java", "ComparableVersion is the comparer")
    (tmp_path / "Order.java").write_text(comparers.JAVA)
    drawn = well_formed("maven")
    command = [java, "-cp", comparers.maven_jar(), str(tmp_path / "Order.java")]
    _, rows = told(command, "".join(f"{text}\n" for text in drawn))
    assert len(rows) == len(drawn)
    assert wrong("maven", rows) == []


def test_alpine_versions_as_apk_has_them() -> None:
    apk = needs("apk", "the comparer itself")
    chance = random.Random(5)
    keys = keyed("apk", versions("apk", count=400, seed=5))
    for _ in range(200):
        left, right = chance.choices(tuple(keys), k=2)
        done = subprocess.run([apk, "version", "-t", left, right], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == {-1: "<", 0: "=", 1: ">"}[sign(keys[left], keys[right])]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_keys_are_printable_and_none_is_the_beginning_of_another(scheme: Scheme) -> None:
    keys = sorted(set(keyed(scheme, versions(scheme, count=COUNT, seed=6) + broken(scheme, count=1_000)).values()))
    assert all(0x21 <= ord(char) <= 0x7E for key in keys for char in key)
    assert [pair for pair in itertools.pairwise(keys) if pair[1].startswith(pair[0])] == []
    assert keys[0] > LOWEST
    assert keys[-1] < HIGHEST
    assert all(left < left + " " < right for left, right in itertools.pairwise(keys))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_long_and_odd_versions_are_refused_or_keyed_never_a_crash(scheme: Scheme) -> None:
    for text in ("9" * 10_000, "1." * 5_000, "a" * 10_000, "1.0" + "-" * 10_000, "\x00", "\ud800", "1.0\n2.0"):
        assert keyed(scheme, [text]) == {}
    for text in ("9" * 1_000, "1-" * 500 + "1", "1." * 500 + "1", "a1" * 500):
        keyed(scheme, [text])


def test_ecosystems_have_their_schemes() -> None:
    assert scheme_of(ecosystem="Debian:12") == "deb"
    assert scheme_of(ecosystem="Ubuntu:22.04:LTS") == "deb"
    assert scheme_of(ecosystem="Alpine:v3.20") == "apk"
    assert scheme_of(ecosystem="PyPI") == "pep440"
    assert scheme_of(ecosystem="Packagist") is None
    assert scheme_of(ecosystem="") is None


CHAINS = {
    "deb": "0~~ < 0~ < 0 < 0-1 < 0a < 0+ < 0.1 < 1:0~",
    "pep440": "1.dev0 < 1a1.dev1 < 1a1 < 1a1.post1 < 1b1 < 1rc1 < 1 < 1+a < 1+1 < 1.post1.dev0 < 1.post1 < 1.1 < 1!0",
    "semver": "0.0.0-0 < 1.0.0-1 < 1.0.0-a < 1.0.0-a.1 < 1.0.0-a.a < 1.0.0-aa < 1.0.0 < 1.0.1 < 1.10.0",
    "bitnami": "1.0.0 < 1.0.0-0 < 1.0.0-1 < 1.0.0-10 < 1.0.0-a < 1.0.1",
    "go": "v0.0.0-20200101000000-abcdefabcdef < v0.1.0 < go1.21 < go1.22beta2 < go1.22rc1 < v1.22.0 < v2.0.0",
    "rpm": "1~rc1 < 1 < 1-0 < 1-1.el9 < 1^git1 < 1a < 1.1 < 1:0",
    "apk": "1_alpha < 1_alpha1 < 1_rc < 1 < 1-r1 < 1~ff < 1_cvs < 1_p < 1_p0 < 1a < 1.0 < 1.00 < 1.01 < 1.1",
    "maven": "1-alpha < 1-beta < 1-m1 < 1-rc < 1-snapshot < 1 < 1-sp < 1-x < 1-1 < 1-2 < 1.0.1 < 1.1",
    "gem": "1.a.0.b < 1.a < 1.a.1 < 1.b < 1.b.0.0.1 < 1 < 1.0.0.1 < 1.0.1 < 1.1",
    "nuget": "1.0--2147483648 < 1.0--5 < 1.0--1 < 1.0-0 < 1.0-1 < 1.0-- < 1.0-A < 1.0-b < 1.0 < 1.0.0.1 < 1.0.1 < 1.1",
    "pub": "1.0.0--1 < 1.0.0-1 < 1.0.0-0x2 < 1.0.0-a < 1.0.0-a+1 < 1.0.0 < 1.0.0+-1 < 1.0.0+2 < 1.0.0+10 < 1.0.0+a < "
    "1.0.0+a.1 < 1.0.1",
    "git-tag": "v3.7.0-dev < mbedtls-3.7.0-alpha < v3.7.0-beta1 < TF-Mv3.7.0-RC1 < v3.7.0-rc1-2-g0abc1 < v3.7.0-rc2 "
    "< 3.7 < v3.7.0-12-g0abc1 < 3.7.0-p1 < OpenSSL_3_7_0a < OpenSSL_3_7_0k < lts-v3.7.1 < release/v3.10.0",
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_chain_that_a_person_can_check(scheme: Scheme) -> None:
    chain = CHAINS[scheme].split(" < ")
    keys = [key_of(scheme=scheme, version=version) for version in chain]
    assert [
        (chain[place], chain[place + 1]) for place in range(len(keys) - 1) if not keys[place] < keys[place + 1]
    ] == []


@pytest.mark.parametrize(
    ("scheme", "same"),
    [
        ("deb", "1.0 0:1.0 1.0-0 1.00"),
        ("pep440", "1.0 1 v1.0.0 0!1 01"),
        ("semver", "1.0.0 v1.0.0 1.0.0+b"),
        ("bitnami", "1.0.0 1.0.0+b"),
        ("bitnami", "1.0.0-1 1.0.0-1+b"),
        ("go", "v1.0.0 1.0.0 v1 go1 v1.0.0+incompatible"),
        ("go", "go1.30rc2 1.30rc2 v1.30.0-rc.2"),
        ("rpm", "1.0 0:1.0 1..0 1_0"),
        ("apk", "1 01"),
        ("maven", "1 1.0 1-ga 1.0.Final 1.0-0"),
        ("gem", "1 1.0 01"),
        ("nuget", "1 1.0 1.0.0.0 1.0+b 01"),
        ("nuget", "1-0 1--0 1--00 1.0-0+b"),
        ("pub", "1.0.0 01.0.00"),
        ("pub", "1.0.0-1+16 1.0.0-01+0x10"),
        ("git-tag", "v2.10 2.10.0 lts-v2.10 TF-Av2.10 v2.10+dirty v2.10-final v2.10ga"),
    ],
)
def test_versions_that_are_the_same_have_one_key(scheme: Scheme, same: str) -> None:
    assert len({key_of(scheme=scheme, version=version) for version in same.split()}) == 1


@pytest.mark.parametrize(
    ("scheme", "refused"),
    [
        ("semver", "1.2 1.2.3.4 01.0.0 1.0.0-01 =1.0.0 latest"),
        ("go", "(devel) v1.2-rc1 v1.2rc1 v01.0.0 master"),
        ("apk", "1.2-1 1p1 1.0_foo v1 1. 1.0-r"),
        ("maven", "0-alpha 1.x.2 1.0.beta-1"),
        ("nuget", "v1.0 1.0.0.0.0 1.0- 2147483648 1.0-01 1.0-a.00"),
        ("pub", "v1.0.0 1.0 1.0.0.0 1.0.0-é 9223372036854775808.0.0"),
        ("git-tag", "main lts-test mbed-alpha v1.9.3-cypress TF-Mv1.4-integ-rc1"),
    ],
)
def test_what_has_no_place_in_the_order_is_refused_with_a_hint(scheme: Scheme, refused: str) -> None:
    for version in refused.split():
        with pytest.raises(InvalidVersion) as caught:
            key_of(scheme=scheme, version=version)
        assert caught.value.what
        assert caught.value.hint
