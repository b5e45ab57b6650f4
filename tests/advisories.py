"""Records, publishers and calendars of releases for tests: one full record by hand, and strategies for all others."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from hypothesis import strategies as st

from midstream.advisories.record import (
    Advice,
    Advisory,
    Component,
    Credit,
    Dates,
    Distribution,
    Exploitation,
    Fix,
    Ids,
    Line,
    OtherId,
    Publisher,
    Reference,
    Release,
    Revision,
    Score,
    State,
    Statement,
    Weakness,
)

T = TypeVar("T", bound=msgspec.Struct)
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PUBLISHER = Publisher(
    name="Trusted Firmware-M",
    namespace="https://www.trustedfirmware.org",
    contact="security@lists.trustedfirmware.org",
    cna_org_id="8f4d1b2e-5c3a-4d6b-9e7f-0a1b2c3d4e5f",
    cna_short="example-cna",
    base_url="https://security.example.org",
)
V31 = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"
V40 = "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def sha(number: int) -> str:
    """A whole commit name that is the number."""
    return f"{number:040x}"


def release(version: str, branch: str, *, component: str = "tf-m", tag: str = "TF-Mv") -> Release:
    """One release of a calendar."""
    return Release(
        component=component, version=version, tag=f"{tag}{version}", sha=sha(hash_of(version)), branch=branch, at=NOW
    )


def hash_of(version: str) -> int:
    """A number for a version."""
    return int("".join(f"{int(part):03d}" for part in version.partition("-")[0].split(".")))


RELEASES = (
    release("1.0.0", "main"),
    release("1.3.0", "main"),
    release("2.0.0", "release/2.0.x"),
    *[release(f"2.1.{patch}", "release/2.1.x") for patch in range(7)],
    *[release(f"2.2.{patch}", "release/2.2.x") for patch in range(3)],
    *[release(f"2.3.{patch}", "release/2.3.x") for patch in range(2)],
)
COMPONENT = Component(
    key="tf-m",
    vendor="TrustedFirmware.org",
    name="Trusted Firmware-M",
    purl="pkg:github/trustedfirmware-m/trusted-firmware-m",
    repo="https://github.com/TrustedFirmware-M/trusted-firmware-m",
    cpe="cpe:2.3:o:arm:trusted_firmware-m:*:*:*:*:*:*:*:*",
    scheme="semver",
    kind="product",
    paths=("secure_fw/partitions/firmware_update/tfm_fwu_req_mngr.c",),
    routines=("tfm_fwu_install",),
    modules=("firmware_update",),
    platforms=("arm/mps3/corstone300",),
    config=("TFM_PARTITION_FIRMWARE_UPDATE",),
    line=(
        Line(branch="main", first="1.3.0", introduced=(sha(11),), status="fixed", fix=(Fix(sha=sha(21)),)),
        Line(branch="release/2.0.x", first="0", status="eol", note="Its support ended before the flaw was found."),
        Line(
            branch="release/2.1.x",
            first="0",
            introduced=(sha(11),),
            status="fixed",
            fix=(Fix(sha=sha(22), pr="https://review.example.org/22", release="2.1.3", at=NOW - timedelta(days=90)),),
        ),
        Line(branch="release/2.2.x", first="0", status="fixed", fix=(Fix(sha=sha(23), release="2.2.1"),)),
        Line(
            branch="release/2.3.x",
            status="not_affected",
            justification="vulnerable_code_not_present",
            note="It was cut from main after the fix.",
        ),
    ),
    statement=(
        Statement(
            release="2.1.6",
            status="not_affected",
            justification="inline_mitigations_already_exist",
            detail="Built without the service.",
        ),
    ),
)
RECORD = Advisory(
    id="TFMV-9",
    ids=Ids(
        cve="CVE-2025-53022",
        ghsa="GHSA-2345-6789-cfgh",
        related=("TFMV-8",),
        other=(OtherId(system="phabricator", text="T1234"),),
    ),
    state="published",
    title={"en": "The update service trusts the length of a dependency record"},
    summary={"en": "A crafted image makes the firmware update service read beyond its buffer."},
    details={
        "en": "The service reads the *length* of a dependency record and copies as many bytes.\n\n"
        "- It happens before the image is verified.\n- A client can start it."
    },
    impact={"en": "Code of the secure side may be changed by a client of the non-secure side."},
    weakness=(Weakness(cwe=787, role="root"), Weakness(cwe=20, role="consequence")),
    attack_pattern=(100,),
    score=(Score(vector=V31), Score(vector=V40, source="reporter")),
    exploitation=Exploitation(status="poc", at=NOW - timedelta(days=10), source="https://example.org/poc"),
    component=(COMPONENT,),
    workaround=(
        Advice(key="w1", text={"en": "Switch the firmware update partition off.", "de": "Die Partition abschalten."}),
    ),
    mitigation=(Advice(key="m1", text={"en": "Accept images from trusted clients only."}),),
    reference=(
        Reference(url="https://security.example.org/tfmv-9", title="The advisory", kind="advisory"),
        Reference(url="https://review.example.org/22", title="The fix", kind="fix"),
        Reference(url="https://lists.example.org/1", kind="mailing_list"),
    ),
    credit=(
        Credit(name="Rosa Lind", role="finder", org="Example Labs", github="rosalind", consent="public"),
        Credit(role="analyst", org="Quiet Works", consent="org"),
        Credit(name="Nemo Nihil", role="reporter", consent="anonymous"),
    ),
    dates=Dates(
        reported=NOW - timedelta(days=200),
        acknowledged=NOW - timedelta(days=199),
        confirmed=NOW - timedelta(days=190),
        id_reserved=NOW - timedelta(days=180),
        embargo_until=NOW - timedelta(days=100),
        embargo_extended=(NOW - timedelta(days=110),),
        public=NOW - timedelta(days=100),
    ),
    revision=(
        Revision(number="1", at=NOW - timedelta(days=100), summary="First published."),
        Revision(number="2", at=NOW - timedelta(days=90), summary="Fixed in 2.1.3.", changed=("component.line",)),
    ),
    distribution=Distribution(tlp="clear", groups=("ess",)),
)
"""A record that says something in every field."""


WORDS = st.text(alphabet="abcdefghij klmnopqrstuvwxyzäöüßABC0123456789.,'\"<>&", min_size=1, max_size=60).map(
    lambda text: " ".join(text.split()) or "word"
)
PARAGRAPHS = st.lists(WORDS, min_size=1, max_size=3).map("\n\n".join)
MOMENTS = st.integers(min_value=1, max_value=3000).map(lambda hours: NOW - timedelta(hours=hours))
SHAS = st.integers(min_value=1, max_value=2**150).map(sha)


@st.composite
def calendars(draw: st.DrawFn, *, component: str = "tf-m") -> tuple[Release, ...]:
    """A calendar of one component: releases of the main line, then of one branch for each minor version."""
    minors = draw(st.integers(min_value=1, max_value=5))
    found = [release(f"0.{minor}.0", "main", component=component) for minor in range(1, draw(st.integers(1, 3)))]
    for minor in range(minors):
        patches = draw(st.integers(min_value=1, max_value=4))
        if draw(st.integers(0, 5)) == 0:
            found.append(release(f"1.{minor}.0-rc1", f"release/1.{minor}.x", component=component))
        found += [
            release(f"1.{minor}.{patch}", f"release/1.{minor}.x", component=component) for patch in range(patches)
        ]
    return tuple(found)


SPELLINGS = {"semver": "{}", "deb": "1:{}-1", "custom": "r{}", "git": "build-{}"}
"""How each scheme writes the versions of a calendar. No order has a place for those of ``git``."""


def spelled(value: T, scheme: str) -> T:
    """A release, or a part of a record, with its versions as the scheme writes them."""
    texts = {name: getattr(value, name, "") for name in ("version", "release", "first")}
    changes: dict[str, object] = {
        name: SPELLINGS[scheme].format(text) for name, text in texts.items() if text not in ("", "0")
    }
    for name in ("line", "fix", "statement"):
        if parts := getattr(value, name, ()):
            changes[name] = tuple(spelled(part, scheme) for part in parts)
    return msgspec.structs.replace(value, **changes)


@st.composite
def lines(draw: st.DrawFn, *, branch: str, versions: list[str]) -> Line:
    """What is known of one branch of the calendar."""
    status = draw(
        st.sampled_from(("affected", "fixed", "fixed", "fixed", "not_affected", "wont_fix", "investigating", "eol"))
    )
    first = "" if status in ("not_affected", "investigating") else draw(st.sampled_from(("0", *versions)))
    introduced = (draw(SHAS),) if status != "not_affected" and draw(st.booleans()) else ()
    fixes: tuple[Fix, ...] = ()
    if status == "fixed":
        later = [version for version in versions if first == "0" or hash_of(version) > hash_of(first)]
        last = versions[-1].rpartition(".")
        later.append(f"{last[0]}.{int(last[2]) + 1}")
        fixes = tuple(
            Fix(sha=draw(SHAS), release=draw(st.sampled_from(later)) if draw(st.integers(0, 4)) else "")
            for _ in range(draw(st.integers(1, 2)))
        )
        fixes = tuple({fix.sha: fix for fix in fixes}.values())
    justification = "vulnerable_code_not_present" if status == "not_affected" else ""
    note = draw(st.just("") | WORDS)
    return Line(
        branch=branch,
        first=first,
        introduced=introduced,
        status=status,
        fix=fixes,
        justification=justification,
        note=note,
    )


@st.composite
def statements(draw: st.DrawFn, *, versions: list[str]) -> Statement:
    """An explicit word on one release."""
    status = draw(st.sampled_from(("affected", "fixed", "not_affected", "under_investigation")))
    release = draw(st.sampled_from(versions))
    is_range = draw(st.integers(0, 4)) == 0
    return Statement(
        release="" if is_range else release,
        range=f"vers:semver/>={release}" if is_range else "",
        status=status,
        justification="vulnerable_code_not_in_execute_path" if status == "not_affected" else "",
        detail=draw(WORDS),
        action="Update to a release that is fixed." if status == "affected" else "",
    )


@st.composite
def components(draw: st.DrawFn, *, key: str, releases: tuple[Release, ...]) -> Component:
    """A component with a line for most branches of its calendar."""
    by_branch: dict[str, list[str]] = {}
    for each in releases:
        by_branch.setdefault(each.branch, []).append(each.version)
    told = [branch for branch in by_branch if draw(st.integers(0, 5))] or list(by_branch)[:1]
    versions = [each.version for each in releases]
    given = draw(st.lists(statements(versions=versions), max_size=2, unique_by=lambda each: (each.release, each.range)))
    return Component(
        key=key,
        vendor=draw(WORDS),
        name=f"{key} {draw(WORDS)}",
        purl=f"pkg:github/example/{key}" if draw(st.booleans()) else "",
        repo=f"https://git.example.org/{key}",
        cpe=f"cpe:2.3:o:example:{key}:*:*:*:*:*:*:*:*" if draw(st.booleans()) else "",
        scheme="semver",
        kind=draw(st.sampled_from(("product", "module"))),
        paths=tuple(draw(st.lists(st.sampled_from(("src/a.c", "src/b.c")), max_size=2, unique=True))),
        routines=tuple(draw(st.lists(st.sampled_from(("read_it", "write_it")), max_size=2, unique=True))),
        modules=tuple(draw(st.lists(st.sampled_from(("net", "usb")), max_size=1))),
        platforms=tuple(draw(st.lists(st.sampled_from(("arm", "riscv")), max_size=1))),
        config=tuple(draw(st.lists(st.just("CONFIG_USB"), max_size=1))),
        line=tuple(draw(lines(branch=branch, versions=by_branch[branch])) for branch in told),
        statement=tuple(given),
    )


@st.composite
def told(draw: st.DrawFn) -> Advisory:
    """What a record tells besides its ids, dates and components: scores, advice, references, credits."""
    numbers = range(1, draw(st.integers(2, 4)))
    scores = st.sampled_from((Score(vector=V31), Score(vector=V40, source="reporter")))
    exploited = (Exploitation(), Exploitation(status="poc"), Exploitation(status="active", at=NOW))
    return Advisory(
        weakness=tuple(
            Weakness(cwe=cwe, role="root" if not place else "consequence")
            for place, cwe in enumerate(draw(st.lists(st.sampled_from((20, 787, 125, 99999)), max_size=3, unique=True)))
        ),
        attack_pattern=tuple(draw(st.lists(st.integers(1, 700), max_size=2, unique=True))),
        score=tuple(draw(st.lists(scores, max_size=2, unique=True))),
        exploitation=draw(st.sampled_from(exploited)),
        workaround=tuple(
            Advice(key=f"w{n}", text={"en": f"{n}: {draw(WORDS)}"}) for n in range(draw(st.integers(0, 2)))
        ),
        mitigation=tuple(
            Advice(key=f"m{n}", text={"en": f"{n}. {draw(WORDS)}"}) for n in range(draw(st.integers(0, 1)))
        ),
        reference=tuple(
            Reference(
                url=f"https://example.org/{number}",
                title=draw(st.just("") | WORDS),
                kind=draw(st.sampled_from(("advisory", "fix", "report", "article", "evidence", "web"))),
            )
            for number in numbers
        ),
        credit=tuple(
            Credit(name=f"Person {n}", role=draw(st.sampled_from(("finder", "reporter", "reviewer"))), consent="public")
            for n in range(draw(st.integers(0, 2)))
        ),
    )


STATES: tuple[State, ...] = (*["published"] * 8, "withdrawn", "rejected")  # type: ignore[assignment]  # words of State
"""The states of random records, the common one often."""


def ended(record: Advisory, state: State) -> Advisory:
    """The record in the state, with what goes with that."""
    if state == "published":
        return record
    dates = msgspec.structs.replace(record.dates, withdrawn=NOW)
    return msgspec.structs.replace(record, state=state, reason="It was no vulnerability.", dates=dates)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Advisory, tuple[Release, ...]]:
    """A published record, and the calendar of the releases of its components."""
    keys = ("tf-m", "mbedtls")[: draw(st.integers(1, 2))]
    calendar = {key: draw(calendars(component=key)) for key in keys}
    public = draw(MOMENTS)
    languages = draw(st.sampled_from((("en",), ("en",), ("en", "de"))))
    texts = {name: {lang: draw(PARAGRAPHS) for lang in languages} for name in ("summary", "details", "impact")}
    found = {key: draw(components(key=key, releases=calendar[key])) for key in keys}
    for key in keys:
        scheme = draw(st.sampled_from(("semver", "semver", "semver", "deb", "custom", "git")))
        calendar[key] = tuple(spelled(each, scheme) for each in calendar[key])
        found[key] = msgspec.structs.replace(spelled(found[key], scheme), scheme=scheme)
    record = msgspec.structs.replace(
        draw(told()),
        id=f"TFMV-{draw(st.integers(1, 99))}",
        ids=Ids(
            cve=f"CVE-2025-{draw(st.integers(1000, 99999))}",
            ghsa=draw(st.sampled_from(("", "GHSA-2345-6789-cfgh"))),
            upstream=tuple(draw(st.lists(st.just("CVE-2024-1111"), max_size=1))),
            related=tuple(draw(st.lists(st.just("CVE-2024-2222"), max_size=1))),
        ),
        state="published",
        title={"en": draw(WORDS)},
        summary=texts["summary"],
        details=texts["details"],
        impact=draw(st.sampled_from(({}, texts["impact"]))),
        component=tuple(found.values()),
        dates=Dates(reported=public - timedelta(days=30), public=public),
        revision=tuple(
            Revision(number=str(number), at=public + timedelta(minutes=number - 1), summary=draw(WORDS))
            for number in range(1, draw(st.integers(2, 4)))
        ),
        distribution=Distribution(tlp="clear"),
    )
    return record, tuple(each for key in keys for each in calendar[key])
