"""Repository security advisories as GitHub's REST API has them (version 2022-11-28, "Repository security advisories").

The API has no fields for references, dates, workarounds and revisions: these stand in the Markdown of the
description, in the grammar of `formats.ghsa.description`.
"""

import re
from typing import Any, Final

from midstream.formats.base.fault import Fault
from midstream.formats.base.json_text import read_object, write_json
from midstream.formats.base.moments import read_moment
from midstream.formats.base.node import Node, read_node, write_node, wrong_members

ECOSYSTEMS: Final = (
    *("rubygems", "npm", "pip", "maven", "nuget", "composer", "go", "rust", "erlang", "actions", "pub"),
    *("other", "swift"),
)
CREDIT_TYPES: Final = (
    *("analyst", "finder", "reporter", "coordinator", "remediation_developer", "remediation_reviewer"),
    *("remediation_verifier", "tool", "sponsor", "other"),
)
SEVERITIES: Final = ("critical", "high", "medium", "low")
STATES: Final = ("published", "closed", "draft")
"""What an update may set; `triage` is set only by those who report through GitHub."""

SUMMARY_LIMIT: Final = 1024
DESCRIPTION_LIMIT: Final = 65535

_CVE: Final = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_GHSA: Final = re.compile(r"GHSA(-[23456789cfghjmpqrvwx]{4}){3}")
_LOGIN: Final = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
_VECTOR: Final = re.compile(r"CVSS:(3\.0|3\.1|4\.0)/[A-Z]{1,3}:[A-Za-z](/[A-Z]{1,3}:[A-Za-z]+)*")


class Package(Node, frozen=True, kw_only=True):
    """What is vulnerable; firmware has the ecosystem `other`."""

    ecosystem: str = ""
    name: str = ""


class Vulnerability(Node, frozen=True, kw_only=True):
    """One range of versions of one package: GitHub's own notation, as ``>= 2.0.0, < 2.1.3``."""

    package: Package | None = None
    vulnerable_version_range: str = ""
    patched_versions: str = ""
    vulnerable_functions: tuple[str, ...] = ()


class Credit(Node, frozen=True, kw_only=True):
    """An account of GitHub and what it did; people without an account stand in the description."""

    login: str = ""
    type: str = ""


class Payload(Node, frozen=True, kw_only=True):
    """What creates or changes an advisory: POST or PATCH ``/repos/OWNER/NAME/security-advisories``."""

    summary: str = ""
    description: str = ""
    cve_id: str = ""
    vulnerabilities: tuple[Vulnerability, ...] = ()
    cwe_ids: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    severity: str = ""
    cvss_vector_string: str = ""
    state: str = ""
    start_private_fork: bool = False
    collaborating_users: tuple[str, ...] = ()
    collaborating_teams: tuple[str, ...] = ()


class Advisory(Node, frozen=True, kw_only=True):
    """What GitHub gives back; the many links and accounts of the answer stay among the others."""

    ghsa_id: str = ""
    cve_id: str = ""
    html_url: str = ""
    summary: str = ""
    description: str = ""
    severity: str = ""
    state: str = ""
    created_at: str = ""
    updated_at: str = ""
    published_at: str = ""
    closed_at: str = ""
    withdrawn_at: str = ""
    vulnerabilities: tuple[Vulnerability, ...] = ()
    cwe_ids: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    cvss: dict[str, Any] | None = None
    cvss_severities: dict[str, Any] | None = None

    def vector(self) -> str:
        """The CVSS vector of the answer; the newest version where there are two."""
        found = [self.cvss or {}, *((self.cvss_severities or {}).get(key) or {} for key in ("cvss_v3", "cvss_v4"))]
        vectors = [
            text for each in found if isinstance(each, dict) and isinstance(text := each.get("vector_string"), str)
        ]
        return max(vectors, key=lambda text: text[:8], default="")


def read(raw: bytes, *, where: str = "") -> Advisory:
    """The advisory of an answer, unknown keys kept; DocumentError for what is no JSON object."""
    return read_node(read_object(raw, where=where), Advisory)


def read_payload(raw: bytes, *, where: str = "") -> Payload:
    """The payload that the bytes hold, unknown keys kept; DocumentError for what is no JSON object."""
    return read_node(read_object(raw, where=where), Payload)


def read_either(raw: bytes, *, where: str = "") -> Payload | Advisory:
    """The advisory of an answer, which has its id at GitHub, or else a payload; DocumentError as for both."""
    tree = read_object(raw, where=where)
    return read_node(tree, Advisory) if isinstance(tree.get("ghsa_id"), str) else read_node(tree, Payload)


def write(document: Payload | Advisory) -> bytes:
    """The bytes of the document, the same for equal documents."""
    return write_json(write_node(document))


def for_update(payload: Payload) -> Payload:
    """The payload as a change of an advisory takes it: a private fork has a call of its own."""
    return Payload(
        **{name: getattr(payload, name) for name in payload.__struct_fields__ if name != "start_private_fork"}
    )


def check(payload: Payload) -> tuple[Fault, ...]:
    """The rules of the API that the payload breaks, in its order; empty when there is none."""
    found = [*wrong_members(payload)]

    def say(rule: str, path: str, sentence: str) -> None:
        found.append(Fault(rule=f"ghsa.{rule}", path=path, sentence=sentence))

    for key in payload.other:
        say("unknown", f"/{key}", f"the API takes no {key!r}; what it has no field for goes into the description")
    for key, limit in (("summary", SUMMARY_LIMIT), ("description", DESCRIPTION_LIMIT)):
        text = getattr(payload, key)
        if not text.strip():
            say("text", f"/{key}", f"the {key} is empty")
        elif len(text) > limit:
            say("text", f"/{key}", f"the {key} has {len(text)} characters; GitHub takes {limit}")
    _check_words(payload, found=found)
    _check_lists(payload, found=found)
    return tuple(found)


def check_answer(advisory: Advisory) -> tuple[Fault, ...]:
    """What cannot be believed of an answer: its id, its times."""
    found = [*wrong_members(advisory)]
    if not _GHSA.fullmatch(advisory.ghsa_id):
        found.append(Fault(rule="ghsa.id", path="/ghsa_id", sentence=f"{advisory.ghsa_id!r} is no GHSA id"))
    found += [
        Fault(rule="ghsa.time", path=f"/{key}", sentence=f"{key} {text!r} is no date and time")
        for key in ("created_at", "updated_at", "published_at", "closed_at", "withdrawn_at")
        if (text := getattr(advisory, key)) and read_moment(text) is None
    ]
    return tuple(found)


def _check_words(payload: Payload, *, found: list[Fault]) -> None:
    def say(rule: str, path: str, sentence: str) -> None:
        found.append(Fault(rule=f"ghsa.{rule}", path=path, sentence=sentence))

    if payload.cve_id and not _CVE.fullmatch(payload.cve_id):
        say("cve", "/cve_id", f"{payload.cve_id!r} is no CVE id")
    if payload.severity and payload.cvss_vector_string:
        say("severity", "/severity", "severity and cvss_vector_string exclude each other: leave one out")
    if payload.severity and payload.severity not in SEVERITIES:
        say("severity", "/severity", f"the severity {payload.severity!r} is none of {', '.join(SEVERITIES)}")
    if payload.cvss_vector_string and not _VECTOR.fullmatch(payload.cvss_vector_string):
        say("vector", "/cvss_vector_string", f"{payload.cvss_vector_string[:60]!r} is no CVSS vector with its prefix")
    for place, cwe in enumerate(payload.cwe_ids):
        if not re.fullmatch(r"CWE-[1-9][0-9]{0,5}", cwe):
            say("cwe", f"/cwe_ids/{place}", f"{cwe!r} is no CWE id")
    if payload.state and payload.state not in STATES:
        say("state", "/state", f"the state {payload.state!r} is none of {', '.join(STATES)}")


def _check_lists(payload: Payload, *, found: list[Fault]) -> None:
    def say(rule: str, path: str, sentence: str) -> None:
        found.append(Fault(rule=f"ghsa.{rule}", path=path, sentence=sentence))

    if not payload.vulnerabilities:
        say("package", "/vulnerabilities", "no package is named; GitHub wants at least one")
    for place, each in enumerate(payload.vulnerabilities):
        path = f"/vulnerabilities/{place}"
        if each.package is None or each.package.ecosystem not in ECOSYSTEMS:
            say("ecosystem", f"{path}/package/ecosystem", "the ecosystem is none of GitHub's; firmware is 'other'")
        if each.package and not each.package.name:
            say("package", f"{path}/package/name", "the package has no name")
    for place, credit in enumerate(payload.credits):
        if not _LOGIN.fullmatch(credit.login):
            say("login", f"/credits/{place}/login", f"{credit.login[:40]!r} is no account of GitHub")
        if credit.type not in CREDIT_TYPES:
            say("credit", f"/credits/{place}/type", f"the type {credit.type!r} is none of {', '.join(CREDIT_TYPES)}")
