"""The one record of a vulnerability, from which every document is made.

Facts only, in no format's spelling. What can be computed is not kept: scores and severities, lists of affected
versions, statements per release, file names. Every field has an empty default, so that the part of a record which one
document can tell is a record too. Moments are aware UTC instants of whole seconds; texts are keyed by their language
(BCP 47), ``en`` first of all.
"""

import functools
import hashlib
import json
from datetime import date, datetime
from typing import Any, Literal

import msgspec

Label = Literal["public", "participants", "team"]
"""Who may read a value: anyone once the case is public, those invited to the case, or the response team."""

State = Literal["reported", "triage", "confirmed", "fixing", "embargoed", "published", "withdrawn", "rejected", ""]
Scheme = Literal["semver", "git", "deb", "custom", ""]
"""How the versions of a component are compared; ``semver`` is Semantic Versioning 2.0.0, section 11."""
LineStatus = Literal["affected", "fixed", "not_affected", "wont_fix", "investigating", "eol", ""]
"""Where one branch stands. ``eol``: it has the flaw, and its support ended without a fix."""
Verdict = Literal["affected", "fixed", "not_affected", "under_investigation", "unknown"]
"""What the record says of one release; ``unknown`` is never the same as clean."""
Justification = Literal[
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
    "",
]
"""Why something is not affected: CISA, Vulnerability Exploitability eXchange, Status Justifications (June 2022)."""
ReferenceKind = Literal["advisory", "fix", "report", "article", "evidence", "release_notes", "mailing_list", "web", ""]
Role = Literal[
    "finder",
    "reporter",
    "analyst",
    "coordinator",
    "remediation_developer",
    "reviewer",
    "verifier",
    "tool",
    "sponsor",
    "",
]
Consent = Literal["public", "org", "anonymous", ""]
"""How somebody wants to be credited: by name, by their organisation alone, or not at all; empty: nobody asked yet."""
Tlp = Literal["clear", "green", "amber", "amber+strict", "red", ""]
"""A label of the Traffic Light Protocol 2.0 (FIRST)."""

BEGINNING = "0"
"""The `first` of a line, or an `introduced`, that means: as far back as anybody knows."""


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of the record. Parts are compared by value."""


@functools.cache
def fields_of(kind: type[Part]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Return the fields of a kind of part, looked up once."""
    return msgspec.structs.fields(kind)


class OtherId(Part, frozen=True, kw_only=True):
    """An id of the vulnerability in a system that has no field of its own, such as a bug tracker."""

    system: str = ""
    text: str = ""

    @property
    def key(self) -> str:
        """What it is matched by."""
        return f"{self.system}:{self.text}"


class Ids(Part, frozen=True, kw_only=True):
    """The ids it has elsewhere.

    `aliases` name the same flaw in the same code; `upstream` names the flaw in what a fork or a vendored copy was made
    from; `related` is anything else (OSV 1.7.0, sections aliases, upstream and related).
    """

    cve: str = ""
    ghsa: str = ""
    upstream: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    other: tuple[OtherId, ...] = ()


class Weakness(Part, frozen=True, kw_only=True):
    """A class of weakness by its CWE number; its name comes from the catalogue. The root comes first."""

    cwe: int = 0
    role: Literal["root", "consequence", ""] = ""
    label: Label = "public"

    @property
    def key(self) -> str:
        """What it is matched by."""
        return str(self.cwe)


class Score(Part, frozen=True, kw_only=True):
    """A CVSS vector, and by whom (empty: us); score and severity are computed from it. `component` is a key."""

    vector: str = ""
    source: str = ""
    component: str = ""
    at: datetime | None = None
    label: Label = "public"

    @property
    def key(self) -> str:
        """What it is matched by: one score a version of CVSS, source and component."""
        return f"{self.vector.partition('/')[0]} {self.source} {self.component}".strip()


class Exploitation(Part, frozen=True, kw_only=True):
    """Whether it is known to be exploited, since when and by whose word."""

    status: Literal["none", "poc", "active", ""] = ""
    at: datetime | None = None
    source: str = ""


class Fix(Part, frozen=True, kw_only=True):
    """One commit that fixes a branch, or a part of the flaw there; `release` is the first version that has it.

    The commit is empty where only the release is known.
    """

    sha: str = ""
    pr: str = ""
    release: str = ""
    at: datetime | None = None
    label: Label = "public"

    @property
    def key(self) -> str:
        """What it is matched by: the commit; the release, as long as nobody knows the commit."""
        return self.sha or self.release


class Line(Part, frozen=True, kw_only=True):
    """What is known of one branch.

    `first` is the first affected version of the branch: ``0`` when all of it from its beginning, empty when nobody
    knows. The branch is fixed from the greatest `release` of its fixes on, and not before all fixes are released.
    `justification` goes with ``not_affected``.
    """

    branch: str = ""
    first: str = ""
    introduced: tuple[str, ...] = ()
    status: LineStatus = ""
    fix: tuple[Fix, ...] = ()
    conflict: bool = False
    justification: Justification = ""
    note: str = ""
    label: Label = "public"

    @property
    def key(self) -> str:
        """What it is matched by."""
        return self.branch


class Statement(Part, frozen=True, kw_only=True):
    """An explicit word about one release or a range of versions (``vers:``), which outweighs the lines."""

    release: str = ""
    range: str = ""
    status: Verdict = "unknown"
    justification: Justification = ""
    detail: str = ""
    action: str = ""
    since: datetime | None = None
    label: Label = "public"

    @property
    def key(self) -> str:
        """What it is matched by."""
        return self.release or self.range


class Component(Part, frozen=True, kw_only=True):
    """One thing that has the flaw or was looked at for it.

    `key` is ours and stays; what a reader found in a document that has no key of ours has none until it is merged.
    `purl` has no version. `ecosystem` is an ecosystem registered with OSV in which `package` names it; empty for
    firmware, which has none. `fork_of` is the key of another component or the address of what it was made from.
    `config` holds the build options without which the code is not there.
    """

    key: str = ""
    vendor: str = ""
    name: str = ""
    purl: str = ""
    repo: str = ""
    cpe: str = ""
    ecosystem: str = ""
    package: str = ""
    scheme: Scheme = ""
    kind: Literal["product", "module", "fork", ""] = ""
    fork_of: str = ""
    paths: tuple[str, ...] = ()
    routines: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    line: tuple[Line, ...] = ()
    statement: tuple[Statement, ...] = ()
    label: Label = "public"


class Advice(Part, frozen=True, kw_only=True):
    """Something users can do, in each language it was written in. Its `key` is as that of a component."""

    key: str = ""
    text: dict[str, str] = {}
    label: Label = "public"


class Reference(Part, frozen=True, kw_only=True):
    """An address where more is said. It is kept from the public before `public_from`."""

    url: str = ""
    title: str = ""
    kind: ReferenceKind = ""
    public_from: datetime | None = None
    label: Label = "public"

    @property
    def key(self) -> str:
        """What it is matched by."""
        return self.url


class Credit(Part, frozen=True, kw_only=True):
    """Somebody who helped, in what role, and how they agreed to be named. Without a word of theirs, not at all."""

    name: str = ""
    role: Role = ""
    org: str = ""
    url: str = ""
    github: str = ""
    consent: Consent = ""
    label: Label = "public"

    @property
    def key(self) -> str:
        """What it is matched by; somebody known by the organisation or the account alone is matched by that."""
        return self.name or self.org or self.github


class Dates(Part, frozen=True, kw_only=True):
    """When what happened; `embargo_extended` are the public dates that were agreed before the present one."""

    reported: datetime | None = None
    acknowledged: datetime | None = None
    confirmed: datetime | None = None
    id_reserved: datetime | None = None
    embargo_until: datetime | None = None
    embargo_extended: tuple[datetime, ...] = ()
    public: datetime | None = None
    withdrawn: datetime | None = None


class Revision(Part, frozen=True, kw_only=True):
    """One published state of the record; revisions are only ever added. `number` is 1, 2, … or a semantic version."""

    number: str = ""
    at: datetime | None = None
    summary: str = ""
    changed: tuple[str, ...] = ()
    label: Label = "public"

    @property
    def key(self) -> str:
        """What it is matched by."""
        return self.number


class Distribution(Part, frozen=True, kw_only=True):
    """To whom it may go. With `placeholder`, the id and the end of the embargo may be said before it ends."""

    tlp: Tlp = ""
    groups: tuple[str, ...] = ()
    placeholder: bool = False


class Publication(Part, frozen=True, kw_only=True):
    """One document at one target: what was meant to stand there, when it was sent, and what was read back."""

    target: str = ""
    wanted_digest: str = ""
    sent_at: datetime | None = None
    remote_id: str = ""
    remote_url: str = ""
    remote_digest: str = ""
    confirmed_at: datetime | None = None
    error: str = ""

    @property
    def key(self) -> str:
        """What it is matched by."""
        return f"{self.target} {self.remote_url}".strip()


class Foreign(Part, frozen=True, kw_only=True):
    """A value that a reader found in a document of `target` and that the record has no field for; JSON as it came.

    It is written again to that target only. `path` is a JSON Pointer (RFC 6901), in which items of lists have names
    (`advisories.carry.anchors`); one that ends in ``/-`` is of a value that is added to its list.
    """

    target: str = ""
    path: str = ""
    value: Any = None

    @property
    def key(self) -> str:
        """What it is matched by."""
        if not self.path.endswith("/-"):
            return f"{self.target} {self.path}"
        text = json.dumps(self.value, sort_keys=True)
        return f"{self.target} {self.path} {hashlib.sha256(text.encode()).hexdigest()[:8]}"


class Advisory(Part, frozen=True, kw_only=True):
    """The record. `id` is ours and never used again.

    `private` names fields that are kept from the public although their kind is public, by their path without
    positions: ``impact``, ``component.paths``.
    """

    id: str = ""
    ids: Ids = Ids()
    state: State = ""
    reason: str = ""
    title: dict[str, str] = {}
    summary: dict[str, str] = {}
    details: dict[str, str] = {}
    impact: dict[str, str] = {}
    weakness: tuple[Weakness, ...] = ()
    attack_pattern: tuple[int, ...] = ()
    score: tuple[Score, ...] = ()
    exploitation: Exploitation = Exploitation()
    component: tuple[Component, ...] = ()
    workaround: tuple[Advice, ...] = ()
    mitigation: tuple[Advice, ...] = ()
    reference: tuple[Reference, ...] = ()
    credit: tuple[Credit, ...] = ()
    dates: Dates = Dates()
    revision: tuple[Revision, ...] = ()
    distribution: Distribution = Distribution()
    publication: tuple[Publication, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    private: tuple[str, ...] = ()


class Publisher(Part, frozen=True, kw_only=True):
    """Who publishes: the same for every record of a project.

    `namespace` is an address that stands for the publisher (CSAF 2.0, section 3.2.1.8.5), `base_url` where the public
    site lives, `pgp` the fingerprints of its keys, `security_txt` the fields of RFC 9116 beyond those.
    """

    name: str
    namespace: str
    contact: str = ""
    cna_org_id: str = ""
    cna_short: str = ""
    pgp: tuple[str, ...] = ()
    security_txt: dict[str, str] = {}
    base_url: str = ""
    category: Literal["coordinator", "discoverer", "other", "translator", "user", "vendor"] = "vendor"


class Release(Part, frozen=True, kw_only=True):
    """One release of the calendar: of which component (its key), with the git tag as it is."""

    component: str
    version: str
    tag: str = ""
    sha: str = ""
    at: datetime | None = None
    branch: str = ""
    support_end: date | None = None
