"""Why a verb was not carried out."""


class Refused(Exception):
    """A verb that the case's facts do not allow: `what` stands in the way, and a `hint` what to do instead."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
