"""Addresses as their writers left them."""

from urllib.parse import SplitResult, urlsplit


def split_address(text: str) -> SplitResult:
    """Return the parts of an address (RFC 3986, section 3); all are empty when it cannot be taken apart.

    That is so for brackets that hold no IP address, and for characters that would become others in the host's name.
    """
    try:
        return urlsplit(text)
    except ValueError:
        return urlsplit("")
