"""What can go wrong with an index, and with what is looked up in it.

Trouble
├── NoIndex         there is none, it is no index, or it is of a format this version does not know
├── IndexTrouble    it is damaged, or could not be written
└── Unreadable      an input, a VEX document or a fleet that cannot be read at all
"""


class Trouble(Exception):
    """The base: `what` went wrong, and a `hint` what to do next."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class NoIndex(Trouble):
    """No index that this version can read."""


class IndexTrouble(Trouble):
    """The index is damaged or cannot be written."""


class Unreadable(Trouble):
    """An input that cannot be read at all; what it says begins with where."""

    def __init__(self, what: str, *, where: str, hint: str) -> None:
        super().__init__(f"{where}: {what}", hint=hint)
