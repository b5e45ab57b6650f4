"""The catalogue of fact kinds: every kind Midstream knows, with its typed body and its audience."""

from midstream.ledger.kinds import cve, disclosure, embargo, fix, intake, process, triage
from midstream.ledger.kinds.base import KINDS, NAMES, Audience, Body, CaseId, Kind, Severity, Unknown

THEMES = (intake, triage, embargo, cve, fix, disclosure, process)
"""The modules of the catalogue, in the order a case meets them."""

__all__ = ["KINDS", "NAMES", "THEMES", "Audience", "Body", "CaseId", "Kind", "Severity", "Unknown"]
