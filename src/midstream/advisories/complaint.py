"""What is wrong with a document, said of the record's field that it comes from."""

import msgspec


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """One complaint: a `sentence`, the `path` in the document, the `field` of the record, and the `rule` by its id.

    `field` is written as people say it (``component[tf-m].line[main].fix``); it is empty where a value comes from no
    field, such as the publisher.
    """

    target: str
    rule: str
    path: str
    field: str
    sentence: str

    def __str__(self) -> str:
        """Return it as a person reads it: the field first."""
        return f"{self.field or self.path}: {self.sentence}"
