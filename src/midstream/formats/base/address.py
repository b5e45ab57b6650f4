"""Web addresses of strangers, taken apart without a failure."""

from urllib.parse import SplitResult, urlsplit


def parts_of(address: str) -> SplitResult:
    """Return the parts of the address (RFC 3986, section 3), all empty for a text that cannot be one.

    Such as `http://[x`, whose host begins as one of IPv6 and does not end.
    """
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
