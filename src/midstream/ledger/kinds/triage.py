"""Facts about what the vulnerability is, how bad, and who looks at it."""

from typing import Literal

from midstream.ledger.kinds.base import Audience, Body, CweId, Name, Person, Severity, Text, Url, Word, kind


@kind("role.claimed", Audience.PARTICIPANT)
class RoleClaimed(Body, frozen=True, kw_only=True):
    """A person took a role in the case, such as triager or handler."""

    role: Name
    person: Person


@kind("role.released", Audience.PARTICIPANT)
class RoleReleased(Body, frozen=True, kw_only=True):
    """A person gave a role in the case back."""

    role: Name
    person: Person


@kind("criterion.assessed", Audience.PARTICIPANT)
class CriterionAssessed(Body, frozen=True, kw_only=True):
    """One criterion of the project's definition of a vulnerability was judged."""

    criterion: Name
    verdict: Literal["met", "not-met", "unclear"]
    reason: Text = ""


@kind("severity.scored", Audience.PUBLIC)
class SeverityScored(Body, frozen=True, kw_only=True):
    """The severity was judged; `vector` is a CVSS vector string where scoring is used."""

    severity: Severity
    vector: Word = ""
    reason: Text = ""


@kind("weakness.named", Audience.PUBLIC)
class WeaknessNamed(Body, frozen=True, kw_only=True):
    """The class of weakness was named by its CWE id."""

    cwe: CweId


@kind("component.named", Audience.PUBLIC)
class ComponentNamed(Body, frozen=True, kw_only=True):
    """The part of the code the flaw is in; `area` names who may know of it and who can fix it."""

    component: Name
    area: Word = ""


@kind("exploit.published", Audience.PARTICIPANT)
class ExploitPublished(Body, frozen=True, kw_only=True):
    """A working exploit or proof of concept can be had in public."""

    source: Url = ""


@kind("exploit.active", Audience.PARTICIPANT)
class ExploitActive(Body, frozen=True, kw_only=True):
    """There is reliable evidence that the vulnerability is exploited (Regulation (EU) 2024/2847, Article 3(42))."""

    source: Url = ""


@kind("incident.severe", Audience.TEAM)
class IncidentSevere(Body, frozen=True, kw_only=True):
    """A severe incident hit the security of the product or of the project's own infrastructure."""

    summary: Text = ""


@kind("public.known", Audience.PARTICIPANT)
class PublicKnown(Body, frozen=True, kw_only=True):
    """The vulnerability is known in public, whoever told."""

    url: Url = ""


@kind("leak.suspected", Audience.TEAM)
class LeakSuspected(Body, frozen=True, kw_only=True):
    """Embargoed information may have got out."""

    where: Text = ""


@kind("leak.dismissed", Audience.TEAM)
class LeakDismissed(Body, frozen=True, kw_only=True):
    """A suspected leak was looked into and is none."""

    reason: Text = ""
