"""What the desk answers when it does not do what was asked.

    DeskError
    ├── NotFound   unknown, or not for this person to know: one answer for both
    ├── Stale      the case moved on since it was looked at
    └── Misuse     a verb, field or file that cannot be read

`cases.errors.Refused`, `desk.ports.StoreTrouble` and the errors of files have the same two parts: `what` and `hint`.
"""


class DeskError(Exception):
    """The base: `what` went wrong and a `hint` what to do next."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class NotFound(DeskError):
    """There is no such thing, or it is not for this person to know."""


class Stale(DeskError):
    """The case moved on since the person looked at it; nothing was recorded."""


class Misuse(DeskError):
    """A verb, a field or a file that cannot be read."""
