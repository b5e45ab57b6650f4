"""What can be wrong with facts.

LedgerError
├── BadFact       a body, a time or a name that the catalogue does not allow
├── BrokenChain   a stored fact that does not follow from the one before it
└── ClockBackwards  an append whose moment lies before the last recorded fact
"""


class LedgerError(Exception):
    """The base: `what` went wrong and where, and a `hint` what to do next."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class BadFact(LedgerError):
    """A body, a time or a name that the catalogue does not allow."""


class ClockBackwards(LedgerError):
    """An append whose moment lies before the last recorded fact of its stream."""


class BrokenChain(LedgerError):
    """A stored fact that does not follow from the one before it; names stream and number."""

    def __init__(self, *, stream: str, number: int, what: str) -> None:
        super().__init__(
            f"{stream} fact {number}: {what}",
            hint="Facts are never changed, so this is damage or tampering: compare with a backup or an older export.",
        )
        self.stream = stream
        self.number = number
