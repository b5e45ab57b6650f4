"""What is wrong in a document."""

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One broken rule: the `rule` by its name in the standard, the `path` in the document, and a `sentence`.

    `path` is a JSON Pointer (RFC 6901) for JSON documents, else what people use to find the place (``line 12``).
    """

    rule: str
    path: str
    sentence: str

    def __str__(self) -> str:
        """Return it as a person reads it."""
        return f"{self.path or '(the document)'}: {self.sentence} [{self.rule}]"


class DocumentError(Exception):
    """A document that cannot be read at all: what is wrong, `where` in it, and a `hint` what to do next."""

    def __init__(self, what: str, *, where: str = "", hint: str) -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.what = what
        self.where = where
        self.hint = hint
