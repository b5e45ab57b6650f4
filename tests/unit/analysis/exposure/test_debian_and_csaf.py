"""Debian's tracker, as JSON and as lists, and CSAF: from what is written to the answer for a version."""

import json
from pathlib import Path
from typing import Any

import pytest

from midstream.analysis.exposure.index import Index
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.match import Component, Finding, match
from tests.unit.analysis.exposure.conftest import MakeIndex

LISTS = {
    "data/config.json": json.dumps(
        {"distributions": {"bookworm": {"majorversion": 12}, "bullseye": {"majorversion": 11}, "sid": {}}}
    ),
    "data/CVE/list": """CVE-2026-0001 (Fixed in unstable, minor in bookworm ...)
\t{DSA-1-1}
\t- demo 1.5-1 (bug #1; low)
\t[bookworm] - demo <no-dsa> (Minor issue)
\tNOTE: https://example.org/
CVE-2026-0002 (Never in bullseye)
\t{DSA-3-1 ELA-1-1}
\t- demo 2.0-1
\t[bullseye] - demo <not-affected> (Vulnerable code introduced later)
CVE-2026-0003
\tRESERVED
\t- demo <unfixed> (unimportant)
\t- other <itp> (bug #3)
CVE-2026-0004 (Nobody knows)
\t- demo <undetermined>
CVE-2026-0005 (Fixed twice in bookworm)
\t{DSA-1-1 DSA-2-1}
\t- demo 3.0-1
CVE-2026-0006 (No more support)
\t- demo <removed>
\t[bullseye] - demo <end-of-life> (see #4)
\t[bookworm] - demo <postponed> (Later; wait)
CVE-2026-0007 (Refused)
\tREJECTED
\t- demo <unfixed>
CVE-2026-XXXX [No number yet]
\t- demo <unfixed> (bug #77)
CVE-2026-0009 (A fix nobody can place)
\t- demo 1.0-
\tnonsense here
\tNOT-FOR-US: Somebody
""",
    "data/DLA/list": """[02 Jan 2026] DLA-9-1 demo - security update
\t[bookworm] - demo 1.2-1+deb12u3
\tNOTE: nothing has a number yet
[02 Jan 2026] DLA-8-1 demo - security update
\t{CVE-2026-0010}
\t[bookworm] - demo 1.1-1+deb12u1
\tneither this nor that
""",
    "data/DSA/list": """[01 Jan 2026] DSA-2-1 demo - security update
\t{CVE-2026-0005}
\t[bookworm] - demo 1.2-1+deb12u2
[01 Jan 2026] DSA-1-1 demo - security update
\t{CVE-2026-0001 CVE-2026-0005}
\t[bookworm] - demo 1.2-1+deb12u1
""",
}


@pytest.fixture
def tracker(tmp_path: Path, index_of: MakeIndex) -> Index:
    for name, text in LISTS.items():
        (tmp_path / "tracker" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tracker" / name).write_text(text)
    return index_of(tmp_path / "tracker")


def answers(index: Index, release: str, version: str, name: str = "demo") -> dict[str, Finding]:
    component = Component(ecosystem=f"Debian:{release}", name=name, version=version)
    return {each.vulnerability: each for each in match(index=index, components=[component], everything=True)}


def test_the_lists_of_the_tracker(tracker: Index) -> None:
    bookworm = answers(tracker, "12", "1.2-1+deb12u1")
    verdicts = {name: (each.verdict, each.state) for name, each in bookworm.items()}
    temporary = next(name for name in verdicts if name.startswith("TEMP-0000077-"))
    assert verdicts == {
        "CVE-2026-0001": ("fixed in this version", "no-dsa: Minor issue"),
        "CVE-2026-0002": ("affected", ""),
        "CVE-2026-0003": ("affected", "unimportant"),
        "CVE-2026-0004": ("no data", "undetermined"),
        "CVE-2026-0005": ("affected", ""),
        "CVE-2026-0006": ("affected", "postponed: Later; wait"),
        "CVE-2026-0007": ("withdrawn", ""),
        "CVE-2026-0009": ("unknown version", ""),
        "CVE-2026-0010": ("fixed in this version", ""),
        "DLA-9-1": ("affected", ""),
        temporary: ("affected", ""),
    }
    assert bookworm["CVE-2026-0005"].fixed == "1.2-1+deb12u2", "the highest of several fixes"
    assert bookworm["CVE-2026-0006"].told[0].line == "data/CVE/list:22"
    assert bookworm["DLA-9-1"].told[0].line == "data/DLA/list:1: DLA-9-1", "it names nothing, and still counts"
    assert [f"{place}: {reason}" for _, place, reason in tracker.unread()] == [
        "data/DLA/list:7: 'neither this nor that' is no note",
        "data/CVE/list:6: CVE-2026-0002: what DSA-3-1 repaired is not here",
        "data/CVE/list:29: demo: '1.0-' is no Debian version",
        "data/CVE/list:30: 'nonsense here' is no note",
    ], "and nothing else"


def test_a_list_that_is_not_there_is_told(index_of: MakeIndex, tmp_path: Path) -> None:
    (tmp_path / "tracker/data/CVE").mkdir(parents=True)
    (tmp_path / "tracker/data/CVE/list").write_text("CVE-2026-0001 (A flaw)\n\t{DSA-1-1}\n\t- demo 1.5-1\n")
    reason = "it is not there, so what it repairs is not known"
    faults = [(place, why) for _, place, why in index_of(tmp_path / "tracker").unread()]
    assert faults == [("data/DSA/list", reason), ("data/DLA/list", reason)]


def test_each_release_has_its_own_answer(tracker: Index) -> None:
    bullseye = {name: (each.verdict, each.state) for name, each in answers(tracker, "11", "1.2-1").items()}
    assert bullseye["CVE-2026-0002"] == ("not affected", "not-affected: Vulnerable code introduced later")
    assert bullseye["CVE-2026-0005"] == ("affected", "")
    assert bullseye["CVE-2026-0006"] == ("affected", "end-of-life: see #4")
    assert answers(tracker, "sid", "2.9-1")["CVE-2026-0005"].verdict == "affected"
    assert answers(tracker, "sid", "3.0-1")["CVE-2026-0005"].verdict == "fixed in this version"
    (none,) = answers(tracker, "9", "1").values()
    assert none.verdict == "no data"


def test_a_stale_note_gives_way_to_the_fix_of_unstable(index_of: MakeIndex, tmp_path: Path) -> None:
    releases: dict[str, Any] = {
        "sid": {"status": "resolved", "fixed_version": "1.5-1", "urgency": "low"},
        "bookworm": {"status": "open", "urgency": "low**", "nodsa": "Minor issue", "nodsa_reason": "postponed"},
        "bullseye": {"status": "resolved", "fixed_version": "0", "urgency": "unimportant"},
        "trixie": {"status": "undetermined"},
        "forky": {"status": "half-open"},
    }
    dump = {"demo": {"CVE-2026-1": {"description": "x", "releases": releases}, "CVE-2026-2": {"releases": []}}}
    path = tmp_path / "tracker.json"
    path.write_text(json.dumps(dump))
    index = index_of(path)
    assert answers(index, "12", "1.4-1")["CVE-2026-1"].verdict == "affected"
    assert answers(index, "12", "1.4-1")["CVE-2026-1"].state == "postponed: Minor issue"
    assert answers(index, "12", "1.5-1~bpo12+1")["CVE-2026-1"].verdict == "affected"
    assert answers(index, "12", "1.5-1")["CVE-2026-1"].verdict == "fixed in this version"
    assert answers(index, "11", "1.0")["CVE-2026-1"].verdict == "not affected"
    assert answers(index, "13", "1.0")["CVE-2026-1"].verdict == "no data"
    assert [reason for _, _, reason in index.unread() if "half-open" in reason or "CVE-2026-2" in reason]
    assert index.sources[0].unread == 2


def csaf(*, name: str = "", purl: str = "", cpe: str = "", **status: list[str]) -> dict[str, Any]:
    helper = {key: value for key, value in (("purl", purl), ("cpe", cpe)) if value}
    product = {"product_id": "P", "name": "demo", "product_identification_helper": helper}
    branch = {"category": "product_version_range", "name": name, "product": product}
    tree = {"branches": [branch]} if name else {"full_product_names": [product]}
    return {
        "document": {
            "csaf_version": "2.0",
            "publisher": {"name": "Vendor"},
            "tracking": {"id": "V-1", "current_release_date": "2026-11-01T00:00:00Z"},
        },
        "product_tree": tree,
        "vulnerabilities": [{"cve": "CVE-2026-9", "product_status": status}],
    }


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            csaf(purl="pkg:pypi/demo", name="vers:pypi/>=1.0|<1.5|!=1.2", known_affected=["P"]),
            {
                "0.9": "not affected",
                "1.1": "affected",
                "1.2": "fixed in this version",
                "1.3": "affected",
                "1.5": "fixed in this version",
            },
        ),
        (
            csaf(purl="pkg:pypi/demo", name="vers:pypi/<=1.0|2.0", known_affected=["P"]),
            {"1.0": "affected", "1.1": "not affected", "2.0": "affected"},
        ),
        (csaf(purl="pkg:pypi/demo@1.0", known_affected=["P"]), {"1": "affected", "1.1": "not affected"}),
        (csaf(purl="pkg:pypi/demo", known_not_affected=["P"]), {"1": "not affected"}),
        (csaf(purl="pkg:pypi/demo@1.1", fixed=["P"]), {"1.1": "fixed in this version"}),
        (
            csaf(purl="pkg:pypi/demo@1.1", known_not_affected=["P"]),
            {"1": "no data", "1.1": "not affected", "2": "no data"},
        ),
        (csaf(purl="pkg:pypi/demo", under_investigation=["P"]), {"1": "no data"}),
        (csaf(purl="pkg:pypi/demo", fixed=["P"]), {"1": "unknown version"}),
        (csaf(purl="pkg:pypi/demo", name="from 1 to 2", known_affected=["P"]), {"1": "not affected"}),
        (csaf(purl="pkg:pypi/demo", name="vers:pypi/>=one", known_affected=["P"]), {"1": "unknown version"}),
    ],
)
def test_csaf_products(document: dict[str, Any], expected: dict[str, str], index_of: MakeIndex, tmp_path: Path) -> None:
    path = tmp_path / "csaf.json"
    path.write_text(json.dumps(document))
    index = index_of(path)
    for version, verdict in expected.items():
        component = Component(ecosystem="PyPI", name="demo", version=version)
        found = {each.verdict for each in match(index=index, components=[component], everything=True)}
        assert found == {verdict}, version


def test_cpes_identify_only_what_they_name(index_of: MakeIndex, tmp_path: Path) -> None:
    paths = []
    for number, cpe in enumerate(("cpe:2.3:a:arm:mbed_tls:3.6.0:*:*:*:*:*:*:*", "cpe:2.3:a:*:*:*:*:*:*:*:*:*:*")):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_text(json.dumps(csaf(cpe=cpe, known_affected=["P"])))
    index = index_of(*paths)
    assert [reason for _, _, reason in index.unread() if "wildcard" in reason]

    def verdicts(cpe: str, version: str = "") -> list[tuple[str, str]]:
        component = Component(name="mbedtls", version=version, cpes=(cpe,))
        return [
            (each.verdict, each.told[0].by if each.told else "") for each in match(index=index, components=[component])
        ]

    assert verdicts("cpe:2.3:a:arm:mbed_tls:3.6.0:*:*:*:*:*:*:*") == [("affected", "cpe")]
    assert verdicts("cpe:2.3:a:arm:mbed_tls:*:*:*:*:*:*:*:*", "v3.6.0") == [("affected", "cpe")]
    assert verdicts("cpe:2.3:a:arm:mbed_tls:3.6.1:*:*:*:*:*:*:*") == []
    assert verdicts("cpe:2.3:a:arm:mbed_tls:-:*:*:*:*:*:*:*") == [("unknown version", "cpe")]
    assert verdicts("cpe:2.3:a:*:mbed_tls:3.6.0:*:*:*:*:*:*:*") == [("no data", "")]
    assert verdicts("cpe:2.3:a:someone:else:1.0:*:*:*:*:*:*:*") == [("no data", "")]
    assert verdicts("cpe:/a:arm:mbed_tls:3.6.0") == [("affected", "cpe")]


def branch(category: str, name: str, product: dict[str, Any] | None = None, *inner: dict[str, Any]) -> dict[str, Any]:
    return {"category": category, "name": name, **({"product": product} if product else {"branches": list(inner)})}


def product(name: str, **helper: str) -> dict[str, Any]:
    return {"product_id": name, "name": name, "product_identification_helper": helper}


def related(part: str, whole: str) -> dict[str, Any]:
    return {
        "category": "default_component_of",
        "full_product_name": {"product_id": f"{whole}:{part}", "name": f"{part} as a component of {whole}"},
        "product_reference": part,
        "relates_to_product_reference": whole,
    }


PLATFORMS = {
    "AppStream-8": "cpe:/a:redhat:enterprise_linux:8::appstream",
    "AppStream-9.2.EUS": "cpe:/a:redhat:rhel_eus:9.2::appstream",
    "Gateway": "cpe:/a:redhat:gateway",
}
BUILDS = {
    "x86_64": "pkg:rpm/redhat/demo-libs@1.2-3.el8?arch=x86_64&epoch=0",
    "aarch64": "pkg:rpm/redhat/demo-libs@1.2-3.el8?arch=aarch64&epoch=0",
    "src": "pkg:rpm/redhat/demo@1.2-3.el8?arch=src&epoch=0",
    "eus": "pkg:rpm/redhat/demo@1.0-9.el9_2?arch=src",
    "in-module": "pkg:rpm/redhat/web@2.4-5.module%2Bel8?arch=x86_64",
    "old": "pkg:rpm/redhat/old?arch=src",
    "safe": "pkg:rpm/redhat/safe?arch=src",
    "bare": "pkg:rpm/redhat/bare@1-1?arch=src",
}


def distribution() -> dict[str, Any]:
    """A document as the vendor of a distribution writes them: platforms, packages by architecture, modules."""
    platforms = [branch("product_name", name, product(name, cpe=cpe)) for name, cpe in PLATFORMS.items()]
    packages = [
        branch("architecture", "x", None, branch("product_version", name, product(name, purl=purl)))
        for name, purl in BUILDS.items()
    ]
    module = branch("product_version", "web:2.4", product("web:2.4", purl="pkg:rpmmod/redhat/web@2.4:8070:bd13"))
    names = [f"AppStream-8:{each}" for each in ("x86_64", "aarch64", "src", "web:2.4:in-module")]
    tree = {
        "branches": [branch("vendor", "Vendor", None, *platforms, *packages, module)],
        # What a relationship is made of may stand after it.
        "relationships": [
            related("in-module", "AppStream-8:web:2.4"),
            *(related(each, "AppStream-8") for each in ("x86_64", "aarch64", "src", "web:2.4", "old", "safe")),
            related("eus", "AppStream-9.2.EUS"),
            related("bare", "Gateway"),
            related("nothing", "AppStream-8"),
            related("a", "b:a"),
        ],
    }
    status = {
        "fixed": [*names, "AppStream-9.2.EUS:eus"],
        "known_affected": ["AppStream-8:old", "Gateway:bare", "AppStream-8:nothing"],
        "known_not_affected": ["AppStream-8:safe"],
    }
    document = csaf(name="x", purl="pkg:pypi/x")
    return document | {
        "product_tree": tree,
        "vulnerabilities": [
            {
                "cve": "CVE-2026-9",
                "product_status": status,
                "remediations": [
                    {"category": "no_fix_planned", "details": "Will not fix", "product_ids": ["AppStream-8:old"]}
                ],
                "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["AppStream-8:safe"]}],
            }
        ],
    }


@pytest.mark.parametrize(
    ("purl", "verdict", "state"),
    [
        ("demo-libs@1.2-2.el8?arch=x86_64&distro=rhel-8.9", "affected", ""),
        ("demo-libs@1.2-3.el8?arch=x86_64&distro=rhel-8.9", "fixed in this version", "fixed"),
        ("demo-libs@1.2-4.el8?arch=x86_64&repository_id=rhel-8-for-x86_64-appstream-rpms", "not affected", "fixed"),
        ("demo-doc@1.2-2.el8?upstream=demo-1.2-2.el8.src.rpm&distro=rhel-8.9", "affected", ""),
        ("demo@1.0-8.el9_2?distro=rhel-9.2", "no data", ""),
        ("demo@1.0-8.el9_2?distro=rhel-9.2&repository_id=rhel-9-for-x86_64-appstream-eus-rpms", "affected", ""),
        ("demo@1.0-9.el9_2?distro=rhel-9.2&repository_id=rhel-9-for-x86_64-appstream-e4s-rpms", "no data", ""),
        ("web@2.4-4.module%2Bel8?distro=rhel-8.9&rpmmod=web:2.4:8060:aa", "affected", ""),
        ("web@2.4-5.module%2Bel8?distro=rhel-8.9&rpmmod=web:2.4:8070:bd13", "fixed in this version", "fixed"),
        ("web@2.4-4.module%2Bel8?distro=rhel-8.9", "unknown version", ""),
        ("old@9-9?distro=rhel-8.9", "affected", "no_fix_planned: Will not fix"),
        ("safe@1-1?distro=rhel-8.9", "not affected", "not-affected: vulnerable code not present"),
        ("web@2.6-1.module%2Bel8?distro=rhel-8.9&rpmmod=web:2.6:8060:aa", "", ""),
        ("web@1.0-1.el8?distro=rhel-8.9", "", ""),
    ],
)
def test_packages_of_a_distribution(purl: str, verdict: str, state: str, index_of: MakeIndex, tmp_path: Path) -> None:
    path = tmp_path / "csaf.json"
    path.write_text(json.dumps(distribution()))
    index = index_of(path)
    component = component_of_purl(f"pkg:rpm/redhat/{purl}")
    found = [(each.verdict, each.state) for each in match(index=index, components=[component], everything=True)]
    assert found == ([(verdict, state)] if verdict else [])
    quick = {each.verdict for each in match(index=index, components=[component])}
    assert quick == ({verdict} - {"fixed in this version", "not affected", ""}), "asked for many at once, too"


def test_what_of_a_distributions_document_cannot_be_read_is_told(index_of: MakeIndex, tmp_path: Path) -> None:
    path = tmp_path / "csaf.json"
    path.write_text(json.dumps(distribution()))
    assert [reason for _, _, reason in index_of(path).unread()] == [
        "the product 'AppStream-8:nothing' is made of 'nothing', which the product tree does not have",
        "the product 'b:a:a' is made of 'a' and 'b:a', which the product tree does not have",
        "CVE-2026-9: known_affected names 'AppStream-8:nothing', which the product tree does not have",
        "CVE-2026-9: pkg:rpm/redhat/bare@1-1?arch=src: of which release it is, 'cpe:/a:redhat:gateway' does not tell",
    ]


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [
        (["1.5"], {"1.4": "no data", "1.5": "fixed in this version", "1.6": "not affected"}),
        (
            ["1.5", "2.5"],
            {"1.4": "no data", "1.5": "fixed in this version", "2.0": "no data", "2.5": "fixed in this version"},
        ),
    ],
)
def test_a_fix_alone_does_not_clear_what_came_before(
    fixed: list[str], expected: dict[str, str], index_of: MakeIndex, tmp_path: Path
) -> None:
    document = csaf()
    document["product_tree"] = {"full_product_names": [product(each, purl=f"pkg:pypi/demo@{each}") for each in fixed]}
    document["vulnerabilities"] = [{"cve": "CVE-2026-9", "product_status": {"fixed": fixed}}]
    (tmp_path / "csaf.json").write_text(json.dumps(document))
    index = index_of(tmp_path / "csaf.json")
    for version, verdict in expected.items():
        component = Component(ecosystem="PyPI", name="demo", version=version)
        assert [each.verdict for each in match(index=index, components=[component], everything=True)] == [verdict]


def test_a_bug_is_no_name_of_a_vulnerability_and_silence_about_products_is_told(
    index_of: MakeIndex, tmp_path: Path
) -> None:
    document = csaf(purl="pkg:pypi/demo")
    bug, own = {"system_name": "Tracker", "text": "4711"}, {"system_name": "Vendor", "text": "VENDOR-2026-1"}
    document["vulnerabilities"] = [
        {"cve": "CVE-2026-1", "ids": [bug, own], "product_status": {"known_affected": ["P"]}},
        {"cve": "CVE-2026-2", "ids": [bug], "product_status": {"known_affected": ["P"]}},
        {"cve": "CVE-2026-3"},
    ]
    (tmp_path / "csaf.json").write_text(json.dumps(document))
    index = index_of(tmp_path / "csaf.json")
    component = Component(ecosystem="PyPI", name="demo", version="1")
    found = [(each.vulnerability, each.aliases) for each in match(index=index, components=[component])]
    assert found == [("CVE-2026-1", ("VENDOR-2026-1",)), ("CVE-2026-2", ())]
    assert [reason for _, _, reason in index.unread()] == ["CVE-2026-3: it says nothing of any product"]


@pytest.mark.parametrize(
    ("vulnerabilities", "reason"),
    [
        ([{"cve": "CVE-2026-1", "product_status": {"recommended": ["P"]}}], "only what is recommended of any product"),
        ([{"cve": "CVE-2026-1", "product_status": {"known_affected": "P"}}], "known_affected is no list"),
        ([{"cve": "CVE-2026-1", "product_status": 5}], "it says nothing of any product"),
        ([], "a CSAF document that says nothing of vulnerabilities"),
        (
            [{"cve": "CVE-2026-1", "product_status": {"fixed": ["Q"]}, "remediations": [{"product_ids": True}]}],
            "fixed names 'Q', which the product tree does not have",
        ),
    ],
)
def test_what_a_csaf_document_does_not_say_is_told(
    vulnerabilities: list[dict[str, Any]], reason: str, index_of: MakeIndex, tmp_path: Path
) -> None:
    (tmp_path / "csaf.json").write_text(json.dumps(csaf(purl="pkg:pypi/demo") | {"vulnerabilities": vulnerabilities}))
    ((_, _, told),) = index_of(tmp_path / "csaf.json").unread()
    assert told.endswith(reason)
