"""What a version scheme says when it cannot place a version.

InvalidVersion      the version is none in this scheme; nothing may be concluded from it
"""


class InvalidVersion(ValueError):
    """A version that its scheme cannot order: `what` is wrong with it, and a `hint`."""

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint or "Compare it by hand; it is not taken as clean."
