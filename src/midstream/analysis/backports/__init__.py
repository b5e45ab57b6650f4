"""Which branch carries which fix: commits, keys, evidence and verdicts. Pure; `adapters.git` brings the history."""

from midstream.analysis.backports.model import (
    BranchLine,
    Fix,
    Found,
    Hit,
    Ref,
    Rung,
    Sha,
    Step,
    Sure,
    Verdict,
    Word,
)

__all__ = ["BranchLine", "Fix", "Found", "Hit", "Ref", "Rung", "Sha", "Step", "Sure", "Verdict", "Word"]
