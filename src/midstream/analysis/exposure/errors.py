"""What can go wrong with an index, and with what is looked up in it.

NoIndex         there is none, it is no index, or it is of a format this version does not know
IndexTrouble    it is damaged, or could not be written
Unreadable      an input, a VEX document or a fleet that cannot be read at all
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


class Unreadable(Exception):
    """An input that cannot be read at all: `what` is wrong and where, and a `hint`."""

    def __init__(self, what: str, *, where: str, hint: str) -> None:
        super().__init__(f"{where}: {what}")
        self.what = f"{where}: {what}"
        self.hint = hint
