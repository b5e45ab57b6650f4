"""Version lists as projects have them, drawn from a seed: many near one another, where orders go wrong."""

import random
from collections.abc import Callable

Draw = Callable[[random.Random], str]


def _numbers(chance: random.Random, low: int, high: int) -> str:
    pool = ["0", "0", "1", "1", "2", "3", "9", "10", "11", "99", "100", "20240131"]
    return ".".join(chance.choice(pool) for _ in range(chance.randint(low, high)))


def _maybe(chance: random.Random, text: str, odds: float = 0.4) -> str:
    return text if chance.random() < odds else ""


def _deb(chance: random.Random) -> str:
    pick = chance.choice
    epoch = _maybe(chance, pick(["0:", "1:", "2:", "10:"]), 0.25)
    tail = "".join(
        pick(["~rc1", "~beta2", "+dfsg", "+dfsg1", "+git20200101.1a2b3c", ".0", "a", "b", "~", "-2", "+really1.0", "Z"])
        for _ in range(chance.choice([0, 0, 1, 1, 2]))
    )
    revision = pick(
        ["", "-0", "-1", "-1~", "-1~bpo12+1", "-1+b1", "-1+deb12u2", "-1ubuntu0.1", "-1.1", "-10", "-a", "-.1"]
    )
    return epoch + _numbers(chance, 1, 4) + tail + revision


def _pep440(chance: random.Random) -> str:
    pick = chance.choice
    parts = [
        _maybe(chance, "v", 0.05),
        _maybe(chance, pick(["0!", "1!", "01!"]), 0.1),
        _numbers(chance, 1, 5),
        _maybe(chance, pick(["a1", "b", ".rc.1", "-c2", "_alpha3", "preview", "RC01", "beta0"])),
        _maybe(chance, pick([".post1", "-1", "post", "r2", "-rev-3", ".POST0"]), 0.25),
        _maybe(chance, pick([".dev1", "dev", "-dev0", ".DEV12"]), 0.25),
        _maybe(chance, pick(["+local", "+1", "+ubuntu.1", "+a-1.b_2", "+10", "+2", "+A"]), 0.2),
    ]
    return "".join(parts)


def _pre_release(chance: random.Random) -> str:
    pool = [
        "0",
        "1",
        "2",
        "10",
        "alpha",
        "Alpha",
        "beta",
        "rc",
        "rc1",
        "x-y",
        "-",
        "a1",
        "1a",
        "20190101000000-abcdef012345",
    ]
    return ".".join(chance.choice(pool) for _ in range(chance.randint(1, 3)))


def _semver(chance: random.Random) -> str:
    pre = _maybe(chance, "-" + _pre_release(chance), 0.5)
    return _maybe(chance, "v", 0.1) + _numbers(chance, 3, 3) + pre + _maybe(chance, "+build.01", 0.1)


def _go(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.25:
        stamp = f"2023{chance.randint(10, 12)}{chance.randint(10, 28)}120000-{chance.randrange(16**12):012x}"
        return (
            "v" + chance.choice(["0.0.0-", "1.2.3-0.", "1.2.3-rc1.0."]) + stamp + _maybe(chance, "+incompatible", 0.1)
        )
    if kind < 0.35:
        return "v" + _numbers(chance, 1, 3)
    return "v" + _semver(chance).removeprefix("v")


def _rpm(chance: random.Random) -> str:
    pick = chance.choice
    epoch = _maybe(chance, pick(["0:", "1:", ":", "01:"]), 0.2)
    middle = "".join(
        pick(["~rc1", "^git1", "^", "a", "b1", ".el9", "_2", "+3", "~", "..", ".Z", "~~", "^~"])
        for _ in range(pick([0, 1, 1, 2]))
    )
    release = pick(["", "-1", "-1.el9", "-1.el9_2", "-1.fc38", "-0.1.rc1", "-2%", "-10.el10", "-", "-1~", "-1^b"])
    return epoch + _numbers(chance, 1, 4) + middle + release


def _apk(chance: random.Random) -> str:
    pick = chance.choice
    more = _maybe(chance, pick([".01", ".010", ".00", ".05"]), 0.25)
    suffixes = "".join(
        pick(["_alpha", "_beta2", "_pre1", "_rc", "_rc1", "_cvs1", "_svn2", "_git20200101", "_hg", "_p1", "_p", "_p0"])
        for _ in range(pick([0, 0, 1, 1, 2]))
    )
    commit, revision = _maybe(chance, "~" + pick(["0a1b2c", "ff", "0"]), 0.1), pick(["", "-r0", "-r1", "-r10", "-r01"])
    return _numbers(chance, 1, 4) + more + _maybe(chance, pick("abz"), 0.2) + suffixes + commit + revision


_MAVEN_TAILS = [
    "",
    ".Final",
    ".RELEASE",
    ".GA",
    "-SNAPSHOT",
    "-alpha-1",
    "-alpha1",
    "-a1",
    "-beta-2",
    ".Beta1",
    "-M1",
    "-m2",
    "-rc1",
    "-RC-2",
    ".CR1",
    "-sp1",
    ".SP2",
    "-jre",
    "-android",
    ".v20161208",
    "-20200101.120000-1",
    "-1",
    "-2",
    ".Final-redhat-1",
    ".redhat-00001",
    "-b01",
    "-incubating",
    "a",
    "b2",
    "-2.3",
    "-1-alpha",
    "_1",
    "-jre8",
    "x",
    "",
]


def _maven(chance: random.Random) -> str:
    return _numbers(chance, 1, 4) + chance.choice(_MAVEN_TAILS)


def _gem(chance: random.Random) -> str:
    pick = chance.choice
    tail = "".join(
        pick([".pre", ".rc1", ".beta.2", ".a", ".b", "-1", "-java", ".0", ".a.0.b", ".a.0.1", ".0.0.1", ".Z", "-x.1"])
        for _ in range(pick([0, 0, 1, 1, 2]))
    )
    return _numbers(chance, 1, 4) + tail.split("-")[0] + ("-" + tail.split("-")[1] if "-" in tail else "")


def _nuget(chance: random.Random) -> str:
    pre = _maybe(chance, "-" + _pre_release(chance), 0.5)
    pre += _maybe(chance, chance.choice([".-1", ".-5", ".--5", ".0"]), 0.2) if pre else ""
    return _maybe(chance, "0", 0.05) + _numbers(chance, 1, 4) + pre + _maybe(chance, "+meta.1", 0.1)


def _pub(chance: random.Random) -> str:
    build = _maybe(chance, "+" + chance.choice(["0", "1", "2", "10", "01", "a", "a.1", "-1", "0x10", "hotfix.2"]), 0.4)
    return _numbers(chance, 3, 3) + _maybe(chance, "-" + _pre_release(chance), 0.4) + build


def _tag(chance: random.Random) -> str:
    pick = chance.choice
    prefix = pick(["v", "v", "", "TF-Mv", "lts-v", "mbedtls-", "tf-psa-crypto-", "zephyr-v", "OpenSSL_", "release/v"])
    suffix = pick(
        [
            "",
            "",
            "",
            "-rc1",
            "-RC2",
            "-rc10",
            "_rc1",
            "-rc.3",
            "-alpha",
            "-beta1",
            "a",
            "k",
            "-12-g0123abc",
            "-p1",
            "d0",
        ]
    )
    return prefix + _numbers(chance, 2, 4).replace(".", pick("..._")) + suffix


DRAWS: dict[str, Draw] = {
    "deb": _deb,
    "pep440": _pep440,
    "semver": _semver,
    "bitnami": _semver,
    "go": _go,
    "rpm": _rpm,
    "apk": _apk,
    "maven": _maven,
    "gem": _gem,
    "nuget": _nuget,
    "pub": _pub,
    "git-tag": _tag,
}


def versions(scheme: str, *, count: int, seed: int = 1) -> list[str]:
    """Distinct versions of a scheme, in no order."""
    chance = random.Random(f"{scheme} {seed}")
    found: dict[str, None] = {}
    while len(found) < count:
        found[DRAWS[scheme](chance)] = None
    return list(found)


def broken(scheme: str, *, count: int, seed: int = 1) -> list[str]:
    """Versions with one character taken out, put in, or doubled: some are still versions."""
    chance = random.Random(f"{scheme} broken {seed}")
    odd = "0019aZz.-+~^_:!v %\\\x7f\u00e9\u0661"
    found: dict[str, None] = {}
    while len(found) < count:
        text = DRAWS[scheme](chance)
        place = chance.randrange(len(text) + 1)
        insert = chance.choice([chance.choice(odd), text[place : place + 1] * 2, ""])
        found[text[:place] + insert + text[place + chance.randint(0, 1) :]] = None
    return list(found)
