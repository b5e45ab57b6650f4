"""How often somebody without an account may do something: counted by address, in a table that all processes share."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest


def may_go_on(request: HttpRequest, *, what: str, most: int, seconds: int) -> bool:
    """Return whether this address did `what` at most `most` times within the span; each call counts once.

    Addresses are kept as digests and forgotten with their span. An IPv6 address counts as its network of 64 bits, which
    one household or machine holds whole.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if ":" in address:
        address = ":".join(address.split(":")[:4])
    name = hashlib.sha256(f"{what}\0{address}".encode()).hexdigest()[:40]
    if cache.add(name, 1, seconds):
        return True
    try:
        return int(cache.incr(name)) <= most
    except ValueError:  # it was forgotten in between
        return True
