"""Tokens: how a program comes in as a person, for what and until when. A token shows no more than its person sees."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.views import Token

SCOPES = {
    "read": "Read tasks, cases, the board and policies.",
    "write": "Carry out verbs and take reports in.",
    "hooks": "Say which addresses are told of new facts.",
    "calendar": "Read the calendar of due tasks and shifts, by an address that holds the token.",
}
"""What a token can be good for."""

LONGEST = timedelta(days=366)
"""For how long a token can be good."""

SEEN = timedelta(hours=1)
"""How exactly it is kept when a token was last used."""

MARK = "mst"
"""What every token begins with, so that it is known where it leaked to."""


def make_token(
    desk: Desk,
    *,
    person: str,
    label: str,
    scopes: Iterable[str],
    expires_at: datetime,
    name: str,
    secret: str,
) -> tuple[Token, str]:
    """Return a new token and the text to present, which is told once and not kept.

    `name` and `secret` are drawn by the caller: 16 and at least 43 characters of chance. Raises `Misuse`.
    """
    now = desk.clock()
    asked = tuple(scope for scope in SCOPES if scope in set(scopes))
    if not asked or set(scopes) - set(SCOPES):
        raise Misuse("the token is good for nothing", hint=f"Name what it is for: {', '.join(SCOPES)}.")
    if not label.strip() or len(label) > 100:
        raise Misuse("the token has no label", hint="Say in up to 100 characters what uses it.")
    if not now < expires_at <= now + LONGEST:
        raise Misuse("the token cannot be good until then", hint=f"Name a day within {LONGEST.days} days from now.")
    token = Token(
        name=name,
        person=person,
        label=label.strip(),
        digest=_digest(secret),
        scopes=asked,
        made_at=now,
        expires_at=expires_at,
    )
    desk.store.keep_token(token)
    return token, f"{MARK}_{name}_{secret}"


def holder(desk: Desk, presented: str) -> Token | None:
    """Return the token that was presented, or None when it is none, expired or revoked: there is one answer to all."""
    mark, _, rest = presented.partition("_")
    name, _, secret = rest.partition("_")
    known = desk.store.token(name) if mark == MARK and name and len(presented) < 200 else None
    now = desk.clock()
    # An unknown name takes as long as a wrong secret.
    fits = hmac.compare_digest(known.digest if known else "0" * 64, _digest(secret))
    if known is None or not fits or known.revoked_at or now >= known.expires_at:
        return None
    if known.used_at is None or now - known.used_at >= SEEN:
        desk.store.keep_token(msgspec.structs.replace(known, used_at=now))
    return known


def revoke_token(desk: Desk, *, person: str, name: str) -> Token:
    """Return the person's token, which is good no more; raise `NotFound` when they have none of that name."""
    known = desk.store.token(name)
    if known is None or known.person != person:
        raise NotFound("you have no such token", hint="Look at your tokens again.")
    if known.revoked_at is None:
        known = msgspec.structs.replace(known, revoked_at=desk.clock())
        desk.store.keep_token(known)
    return known


def _digest(secret: str) -> str:
    """Return the SHA-256 of the secret: with so much chance in it, no slower function makes it harder to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
