"""The CVE Record as a typed document: https://github.com/CVEProject/cve-schema, version 5.2.0 (5.1.1 is read too)."""

from typing import Any

import msgspec

from midstream.formats.base.json_text import read_object, write_json
from midstream.formats.base.node import Node, read_node, write_node

DATA_VERSION = "5.2.0"


class Media(Node, frozen=True, kw_only=True):
    """A text in another media type; `base64` tells how `value` is written."""

    type: str = ""
    base64: bool = False
    value: str = ""


class Text(Node, frozen=True, kw_only=True, rename="camel"):
    """A text in a language: a description, a workaround, a reason."""

    lang: str = ""
    value: str = ""
    supporting_media: tuple[Media, ...] = ()


class Change(Node, frozen=True, kw_only=True):
    """A version within a range at which the status changes."""

    at: str = ""
    status: str = ""


class Version(Node, frozen=True, kw_only=True, rename="camel"):
    """One version, or a range from `version` to before `less_than` or up to `less_than_or_equal`."""

    version: str = ""
    status: str = ""
    version_type: str = ""
    less_than: str = ""
    less_than_or_equal: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def is_range(self) -> bool:
        """Whether it speaks of more than one version."""
        return bool(self.less_than or self.less_than_or_equal)


class Routine(Node, frozen=True, kw_only=True):
    """A function of the affected code."""

    name: str = ""


class Affected(Node, frozen=True, kw_only=True, rename="camel"):
    """One product and what is known of its versions."""

    vendor: str = ""
    product: str = ""
    collection_url: str = msgspec.field(default="", name="collectionURL")
    package_name: str = ""
    package_url: str = msgspec.field(default="", name="packageURL")
    repo: str = ""
    cpes: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    program_files: tuple[str, ...] = ()
    program_routines: tuple[Routine, ...] = ()
    platforms: tuple[str, ...] = ()
    default_status: str = ""
    versions: tuple[Version, ...] = ()


class Problem(Node, frozen=True, kw_only=True, rename="camel"):
    """A description of the kind of problem; a CWE when `cwe_id` is there."""

    lang: str = ""
    cwe_id: str = ""
    type: str = ""
    description: str = ""


class ProblemType(Node, frozen=True, kw_only=True):
    """One kind of problem, in several languages."""

    descriptions: tuple[Problem, ...] = ()


class Reference(Node, frozen=True, kw_only=True):
    """An address with tags of a closed list."""

    url: str = ""
    name: str = ""
    tags: tuple[str, ...] = ()


class Impact(Node, frozen=True, kw_only=True, rename="camel"):
    """What an attack does, by its CAPEC id where there is one."""

    capec_id: str = ""
    descriptions: tuple[Text, ...] = ()


class Metric(Node, frozen=True, kw_only=True):
    """One score; the CVSS objects are FIRST's JSON as it is."""

    format: str = ""
    scenarios: tuple[Text, ...] = ()
    cvss_4_0: dict[str, Any] | None = msgspec.field(default=None, name="cvssV4_0")
    cvss_3_1: dict[str, Any] | None = msgspec.field(default=None, name="cvssV3_1")
    cvss_3_0: dict[str, Any] | None = msgspec.field(default=None, name="cvssV3_0")
    cvss_2_0: dict[str, Any] | None = msgspec.field(default=None, name="cvssV2_0")


class Moment(Node, frozen=True, kw_only=True):
    """An entry of the timeline."""

    time: str = ""
    lang: str = ""
    value: str = ""


class Credit(Node, frozen=True, kw_only=True):
    """Somebody who helped, with a type of a closed list, whose words have spaces."""

    lang: str = ""
    value: str = ""
    type: str = ""


class Provider(Node, frozen=True, kw_only=True, rename="camel"):
    """Who provided a container. The service overwrites it, so it is never compared."""

    org_id: str = ""
    short_name: str = ""
    date_updated: str = ""


class Source(Node, frozen=True, kw_only=True):
    """Where the CNA keeps it."""

    advisory: str = ""
    discovery: str = ""


class Container(Node, frozen=True, kw_only=True, rename="camel"):
    """What the CNA says of the vulnerability, or why the id was rejected."""

    provider_metadata: Provider | None = None
    title: str = ""
    date_assigned: str = ""
    date_public: str = ""
    descriptions: tuple[Text, ...] = ()
    affected: tuple[Affected, ...] = ()
    problem_types: tuple[ProblemType, ...] = ()
    impacts: tuple[Impact, ...] = ()
    metrics: tuple[Metric, ...] = ()
    configurations: tuple[Text, ...] = ()
    workarounds: tuple[Text, ...] = ()
    solutions: tuple[Text, ...] = ()
    exploits: tuple[Text, ...] = ()
    timeline: tuple[Moment, ...] = ()
    credits: tuple[Credit, ...] = ()
    references: tuple[Reference, ...] = ()
    tags: tuple[str, ...] = ()
    source: Source | None = None
    rejected_reasons: tuple[Text, ...] = ()
    replaced_by: tuple[str, ...] = ()
    x_midstream: dict[str, Any] | None = msgspec.field(default=None, name="x_midstream")


class Containers(Node, frozen=True, kw_only=True):
    """The CNA's container; what others added stays as it is."""

    cna: Container | None = None


class Metadata(Node, frozen=True, kw_only=True, rename="camel"):
    """The id, its state and its dates, which the service keeps."""

    cve_id: str = ""
    assigner_org_id: str = ""
    assigner_short_name: str = ""
    state: str = ""
    date_reserved: str = ""
    date_published: str = ""
    date_rejected: str = ""
    date_updated: str = ""


class CveRecord(Node, frozen=True, kw_only=True, rename="camel"):
    """A whole record."""

    data_type: str = ""
    data_version: str = ""
    cve_metadata: Metadata | None = None
    containers: Containers | None = None

    @property
    def metadata(self) -> Metadata:
        """The metadata, empty when there is none."""
        return self.cve_metadata or Metadata()

    @property
    def cna(self) -> Container:
        """The CNA's container, empty when there is none."""
        return (self.containers or Containers()).cna or Container()


def read(raw: bytes, *, where: str = "") -> CveRecord:
    """Return the record that `raw` holds, whatever is wrong in it; raise `DocumentError` when it is no JSON object."""
    return read_node(read_object(raw, where=where), CveRecord)


def write(document: CveRecord) -> bytes:
    """Return the bytes of the record, the same for the same content."""
    return write_json(write_node(document))
