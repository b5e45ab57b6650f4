"""What can go wrong with an index.

NoIndex         there is none, it is no index, or it is of a format this version does not know
IndexTrouble    it is damaged, or could not be written
"""


class NoIndex(Exception):
    """No index that this version can read: `what` is wrong, and a `hint`."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class IndexTrouble(Exception):
    """The index is damaged or cannot be written: `what` happened, and a `hint`."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
