"""Mails from files: .eml, mbox and Maildir, read without opening, running or rendering what they carry."""

from midstream.adapters.mail.read import read_mail
from midstream.adapters.mail.translate import translate

__all__ = ["read_mail", "translate"]
