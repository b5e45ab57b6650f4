"""Facts about CVE ids and records."""

from typing import Literal

from midstream.ledger.kinds.base import Audience, Body, Case, Count, CveId, MaybeDigest, Reason, Url, kind


@kind("cve.block_reserved", Audience.TEAM)
class CveBlockReserved(Body, frozen=True, kw_only=True):
    """The project's CNA reserved a block of CVE ids."""

    year: Count
    cves: tuple[CveId, ...]


@kind("cve.allocated", Audience.TEAM)
class CveAllocated(Body, frozen=True, kw_only=True):
    """An id of a reserved block was given to a case, so that no two cases ever get the same."""

    cve: CveId
    case: Case


@kind("cve.assigned", Audience.PUBLIC)
class CveAssigned(Body, frozen=True, kw_only=True):
    """A CVE id was given to the vulnerability; `assigner` says whose, when not the project's own."""

    cve: CveId
    assigner: str = ""


@kind("cve.reporter_told", Audience.PARTICIPANT)
class CveReporterTold(Body, frozen=True, kw_only=True):
    """The reporter was given the CVE id (CNA Operational Rules 4.3.3)."""

    cve: CveId


@kind("cve.published", Audience.PUBLIC)
class CvePublished(Body, frozen=True, kw_only=True):
    """The CVE Record was published."""

    cve: CveId
    digest: MaybeDigest = ""
    url: Url = ""


@kind("cve.rejected", Audience.PUBLIC)
class CveRejected(Body, frozen=True, kw_only=True):
    """The CVE id was rejected and describes nothing."""

    cve: CveId
    reason: Reason


@kind("cve.observed", Audience.TEAM)
class CveObserved(Body, frozen=True, kw_only=True):
    """The state of the CVE id as CVE Services showed it."""

    cve: CveId
    state: Literal["RESERVED", "PUBLISHED", "REJECTED"]
