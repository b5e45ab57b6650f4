"""Components, and what is found about them."""

from typing import Literal

import msgspec

Verdict = Literal["affected", "not affected", "fixed in this version", "unknown version", "no data", "withdrawn"]
By = Literal["range", "version", "commit", "cpe", "state", "none"]


class Component(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that is shipped, as an input names it.

    `ecosystem` is the OSV name with its release ("Debian:12"), "" when the input does not tell; `name` is the name in
    that ecosystem ("group:artifact" for Maven, "@scope/name" for npm, "github.com/owner/name" for GIT).
    `source_name` and `source_version` are those of the source package when they differ (Debian, Alpine, RPM).
    """

    name: str
    version: str = ""
    ecosystem: str = ""
    purl: str = ""
    source_name: str = ""
    source_version: str = ""
    repo: str = ""  # the address of the repository, as given
    commit: str = ""  # 40 or 64 hex digits
    cpes: tuple[str, ...] = ()  # only those somebody declared for this component
    place: str = ""  # where it stands in the input: "sbom.json: components[3]", "status:120"


class Told(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one source says about one component and one advisory."""

    advisory: str  # the id this source uses
    source: str  # the name of the source in the index
    verdict: Verdict
    why: str  # one sentence: the range with its versions, the enumerated version, the commit, the state
    state: str = ""  # the source's own word, such as "no-dsa: postponed"
    fixed: str = ""  # the version that repairs it, as the source writes it
    range: tuple[str, str] = ("", "")  # the keys lo and hi that were compared
    key: str = ""  # the key of the component's version
    line: str = ""  # where it stands in the source: "data/CVE/list:1204", "all.zip: GHSA-….json"
    by: By = "range"  # cpe: less sure than the others


class Finding(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer for one component and one vulnerability; `told` keeps what each source says.

    `vulnerability` is "" where the answer is about the component alone ("no data").
    `verdict`, `why`, `source`, `state`, and `fixed` are those of the source that decides: one that says affected before
    one that cannot tell, that before one that says fixed, not affected, or withdrawn.
    """

    component: Component
    vulnerability: str
    aliases: tuple[str, ...] = ()
    verdict: Verdict
    why: str
    source: str = ""
    state: str = ""
    fixed: str = ""
    told: tuple[Told, ...] = ()
    summary: str = ""
    severity: str = ""
