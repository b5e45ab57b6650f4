"""The tables, as Django knows them. Hot paths use SQL; `docs/explanation/store.md` says what each table is for."""

from django.db import models


class Fact(models.Model):
    """One recorded fact. The database itself refuses to change or remove it (see the first migration)."""

    position = models.BigAutoField(primary_key=True)
    stream = models.TextField()
    number = models.IntegerField()
    kind = models.TextField()
    said_by = models.TextField()
    happened_at = models.TextField()
    recorded_at = models.TextField()
    key = models.TextField()
    body = models.TextField()
    previous = models.TextField()
    digest = models.TextField()

    class Meta:
        db_table = "fact"
        constraints = (models.UniqueConstraint(fields=("stream", "number"), name="fact_follows"),)
        indexes = (models.Index(fields=("stream", "key"), condition=~models.Q(key=""), name="fact_of_command"),)

    def __str__(self) -> str:
        return f"{self.stream} {self.number} {self.kind}"


class Head(models.Model):
    """Where a stream stands."""

    stream = models.TextField(primary_key=True)
    number = models.IntegerField()
    digest = models.TextField()
    recorded_at = models.TextField()

    class Meta:
        db_table = "head"

    def __str__(self) -> str:
        return f"{self.stream} {self.number}"


class CaseView(models.Model):
    """The read model of one case: what the visibility rule and the order of lists ask for, and the rest as JSON.

    `access` repeats readers, areas and message ids, so that their tables are written only when one of them changed.
    """

    case_id = models.TextField(primary_key=True)
    project = models.TextField()
    is_public = models.BooleanField()
    next_due_at = models.TextField(null=True)  # noqa: DJ001 - nothing is due, which is not an empty instant
    access = models.TextField()
    body = models.TextField()

    class Meta:
        db_table = "case_view"

    def __str__(self) -> str:
        return self.case_id


class Duty(models.Model):
    """One duty of a case that is neither met nor lifted by a fact, with the line that lists show of it.

    `due_at` and `lifted_at` are the end of the calendar where there is none, so that one index holds the order. `sort`
    is all that decides whose it is, but for the moment (`policy.owners.Sort`).
    """

    pk = models.CompositePrimaryKey("case_id", "key")
    case_id = models.TextField()
    key = models.TextField()
    place = models.IntegerField()
    opens_at = models.TextField()
    due_at = models.TextField()
    lifted_at = models.TextField()
    rank = models.IntegerField()
    line = models.TextField()
    sort = models.TextField()

    class Meta:
        db_table = "duty"
        indexes = (
            models.Index(fields=("due_at", "rank", "case_id", "key"), name="duty_in_order"),
            models.Index(fields=("sort",), name="duty_by_sort"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.key}"


class Reader(models.Model):
    """A person named in a case's access facts, and whether they are let in."""

    pk = models.CompositePrimaryKey("case_id", "person")
    case_id = models.TextField()
    person = models.TextField()
    allowed = models.BooleanField()

    class Meta:
        db_table = "reader"

    def __str__(self) -> str:
        return f"{self.case_id} {self.person}"


class Area(models.Model):
    """A code area named for a case."""

    pk = models.CompositePrimaryKey("case_id", "area")
    case_id = models.TextField()
    area = models.TextField()

    class Meta:
        db_table = "area"

    def __str__(self) -> str:
        return f"{self.case_id} {self.area}"


class Told(models.Model):
    """A party that was told of a case."""

    pk = models.CompositePrimaryKey("case_id", "party")
    case_id = models.TextField()
    party = models.TextField()

    class Meta:
        db_table = "told"

    def __str__(self) -> str:
        return f"{self.case_id} {self.party}"


class Read(models.Model):
    """That somebody read a case that is not public. Like a fact it is never changed; `span` is what counts as once."""

    position = models.BigAutoField(primary_key=True)
    at = models.TextField()
    person = models.TextField()
    case_id = models.TextField()
    how = models.TextField()
    number = models.IntegerField()
    span = models.TextField()

    class Meta:
        db_table = "case_read"
        constraints = (models.UniqueConstraint(fields=("case_id", "person", "how", "span"), name="read_once"),)

    def __str__(self) -> str:
        return f"{self.at} {self.person} {self.case_id} {self.how}"


class Message(models.Model):
    """A mail that belongs to a case, by its Message-ID."""

    pk = models.CompositePrimaryKey("message_id", "case_id")
    message_id = models.TextField()
    case_id = models.TextField()

    class Meta:
        db_table = "message"
        indexes = (models.Index(fields=("case_id",), name="message_of_case"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.message_id}"


class CaseKey(models.Model):
    """The key of a case's blobs, wrapped by the master key."""

    case_id = models.TextField(primary_key=True)
    nonce = models.BinaryField()
    wrapped = models.BinaryField()

    class Meta:
        db_table = "case_key"

    def __str__(self) -> str:
        return self.case_id


class Blob(models.Model):
    """One content, sealed under the key of its case; `digest` is the SHA-256 of what is inside."""

    pk = models.CompositePrimaryKey("case_id", "digest")
    case_id = models.TextField()
    digest = models.TextField()
    nonce = models.BinaryField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "blob"

    def __str__(self) -> str:
        return f"{self.case_id} {self.digest}"


class Token(models.Model):
    """A way into the API: whose it is, what it is good for, and the digest of what they present; never the token."""

    name = models.TextField(primary_key=True)
    person = models.TextField()
    label = models.TextField()
    digest = models.TextField()
    scopes = models.TextField()
    made_at = models.TextField()
    expires_at = models.TextField()
    revoked_at = models.TextField()
    used_at = models.TextField()

    class Meta:
        db_table = "token"
        indexes = (models.Index(fields=("person",), name="token_of_person"),)

    def __str__(self) -> str:
        return f"{self.name} {self.person}"


class Hook(models.Model):
    """An address that is told of new facts, and up to which position it was; its secret is a blob."""

    name = models.TextField(primary_key=True)
    person = models.TextField()
    url = models.TextField()
    kinds = models.TextField()
    secret = models.TextField()
    made_at = models.TextField()
    position = models.BigIntegerField()
    failures = models.IntegerField()
    again_at = models.TextField()
    trouble = models.TextField()

    class Meta:
        db_table = "hook"
        indexes = (models.Index(fields=("person",), name="hook_of_person"),)

    def __str__(self) -> str:
        return f"{self.name} {self.url}"


class Run(models.Model):
    """When what works by itself, such as the worker, last ran."""

    name = models.TextField(primary_key=True)
    at = models.TextField()

    class Meta:
        db_table = "run"

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
