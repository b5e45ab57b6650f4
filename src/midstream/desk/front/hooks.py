"""Addresses that are told of new facts: only that there is one, to whoever may read it, signed so they know by whom.

What is sent names the case, the number and the kind of a fact, and nothing of what it says: who wants to know reads it
with a token. The signature is HMAC-SHA-256 (RFC 2104) over the time, a full stop and the body.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec

from midstream.cases.visibility import Sight
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.ports import Poster
from midstream.desk.views import Hook
from midstream.ledger.fact import Fact, write_time
from midstream.ledger.kinds import KINDS

MOST = 20
"""How many addresses one person may name."""

BATCH = 500
"""Facts that are looked at for one hook in one run."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=12)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one run told one hook: how many facts, and what went wrong with the next."""

    hook: str
    facts: int
    trouble: str = ""


def add_hook(desk: Desk, *, person: str, url: str, kinds: Iterable[str], name: str, secret: str) -> Hook:
    """Return a new hook, told of facts from now on. `name` and `secret` are drawn by the caller; raises `Misuse`."""
    if not _is_address(url):
        raise Misuse(
            "that is no address to tell", hint="Name an https:// address without a user; this machine may have http://."
        )
    wanted = tuple(dict.fromkeys(kinds))
    for kind in wanted:
        if not any(known == kind or (kind.endswith(".") and known.startswith(kind)) for known in KINDS):
            raise Misuse(
                f"no kind of fact is called {kind[:40]!r}", hint="Name kinds such as fix.merged, or all of fix. ."
            )
    if len(desk.store.hooks(person)) >= MOST:
        raise Misuse(f"you have {MOST} addresses already", hint="Remove one first.")
    hook = Hook(
        name=name,
        person=person,
        url=url,
        kinds=wanted,
        secret=desk.store.put_blob(_vault(name), secret.encode()),
        made_at=desk.clock(),
        position=desk.store.last_position(),
    )
    desk.store.keep_hook(hook)
    return hook


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:  # brackets around what is no address, a port that is no number
        return False
    local = host in {"localhost", "127.0.0.1", "::1"}
    return len(url) <= 500 and bool(host) and not parts.username and parts.scheme == ("http" if local else "https")


def remove_hook(desk: Desk, *, person: str, name: str) -> None:
    """Return nothing, after the person's hook was forgotten; raise `NotFound` when they have none of that name."""
    if not any(hook.name == name for hook in desk.store.hooks(person)):
        raise NotFound("you have no such address", hint="Look at your addresses again.")
    desk.store.remove_hook(name)
    desk.store.erase(_vault(name))


def tell_hooks(desk: Desk, *, post: Poster) -> list[Told]:
    """Return what every hook that is due was told of, in the order of recording; each fact until it was taken."""
    now = desk.clock()
    due = [hook for hook in desk.store.hooks() if hook.again_at is None or hook.again_at <= now]
    return [_tell(desk, hook, post) for hook in due]


def _tell(desk: Desk, hook: Hook, post: Poster) -> Told:
    count = 0
    for position, fact in desk.store.since(hook.position, limit=BATCH):
        if _concerns(desk, hook, fact):
            body = _body(fact)
            trouble = post(url=hook.url, body=body, headers=_headers(desk, hook, fact, body))
            if trouble:
                wait = min(FIRST_WAIT * (1 << min(hook.failures, 20)), LONGEST_WAIT)
                failed = {"failures": hook.failures + 1, "again_at": desk.clock() + wait, "trouble": trouble[:200]}
                desk.store.keep_hook(msgspec.structs.replace(hook, **failed))
                return Told(hook=hook.name, facts=count, trouble=trouble)
            count += 1
        hook = msgspec.structs.replace(hook, position=position, failures=0, again_at=None, trouble="")
        desk.store.keep_hook(hook)
    return Told(hook=hook.name, facts=count)


def _concerns(desk: Desk, hook: Hook, fact: Fact) -> bool:
    """Return whether the fact is of a kind asked for and one that the hook's person may read now."""
    if hook.kinds and not any(
        fact.kind == kind or (kind.endswith(".") and fact.kind.startswith(kind)) for kind in hook.kinds
    ):
        return False
    sort, _, name = fact.stream.partition("/")
    if sort != "case":
        return name in desk.viewer(hook.person).teams
    seen = desk.store.sight_of_case(desk.viewer(hook.person), name)
    return seen is not Sight.NOTHING and fact.audience <= seen


def _body(fact: Fact) -> bytes:
    sort, _, name = fact.stream.partition("/")
    said = {sort: name, "fact": fact.number, "kind": fact.kind, "recorded_at": write_time(fact.recorded_at)}
    return msgspec.json.encode(said)


def _headers(desk: Desk, hook: Hook, fact: Fact, body: bytes) -> dict[str, str]:
    at = write_time(desk.clock())
    secret = secret_of(desk, hook)
    return {
        "Content-Type": "application/json",
        "Midstream-Delivery": f"{hook.name}-{fact.digest[:32]}",
        "Midstream-Signature": f"t={at},v1={signature(secret=secret, at=at, body=body)}",
    }


def secret_of(desk: Desk, hook: Hook) -> bytes:
    """Return the secret of the hook, which was told when it was added."""
    found = desk.store.blob(_vault(hook.name), hook.secret)
    if found is None:
        raise NotFound("the secret of this address is gone", hint="Remove the address and add it again.")
    return found


def signature(*, secret: bytes, at: str, body: bytes) -> str:
    """Return the HMAC-SHA-256 of the time, a full stop and the body, in hexadecimal."""
    return hmac.new(secret, at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _vault(name: str) -> str:
    """Return the name under which the secret is kept: a name no case can have, since cases end in a number."""
    return f"hook.{name}"
