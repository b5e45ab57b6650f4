"""Accounts: how a person of a project file signs in. What they may see stands in that file, not here."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class Accounts(BaseUserManager):
    """Finds and makes accounts."""

    def get_by_natural_key(self, username: str) -> "Account":
        """Return the account of the person of that name."""
        return self.get(person=username)


class Account(AbstractBaseUser):
    """One person's way in. `person` is their name in the project files; an account alone shows nothing."""

    person = models.CharField(max_length=120, unique=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "person"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = Accounts()

    has_second_factor: bool | None = None
    """Whether it had one when the request began; None when that was not looked up."""

    class Meta:
        db_table = "account"

    def __str__(self) -> str:
        return self.person
