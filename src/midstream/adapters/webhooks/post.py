"""One POST: no redirects, no proxies, no network of the desk's own, and nothing of the answer but its status."""

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

PATIENCE = 10
"""Seconds that the other side has for each step."""

_NAT64 = ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for those of IPv4, by their last 32 bits (RFC 6052, section 2.1)."""


def post(*, url: str, body: bytes, headers: dict[str, str], networks: Iterable[Network] = ()) -> str:
    """Return an empty text when the other side took the body (a status of 200 to 299), or one sentence why not.

    Only public addresses are told, and those of `networks`: whoever names one must not reach by us what they cannot
    reach themselves. The name is looked up once, and the connection goes to what was looked at. A redirect is not
    followed: it could lead where nobody agreed to send. The answer's body is not read.
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        addresses = _addresses(host, port, tuple(networks))
        if not addresses:
            return f"{host} is no public address, and its network is none that who runs the desk allows"
        connection = _Connection(host, port, addresses=addresses, is_secret=parts.scheme == "https")
    except (OSError, ValueError) as error:
        return f"the address cannot be used: {error}"
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request("POST", path, body=body, headers={**headers, "User-Agent": "midstream"})
        status = connection.getresponse().status
    except TimeoutError:
        return f"no answer within {PATIENCE} seconds"
    except ssl.SSLError as error:
        return f"no trusted connection: {error.reason or 'its certificate does not hold'}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"no connection: {str(error) or type(error).__name__}"
    finally:
        connection.close()
    return "" if 200 <= status < 300 else f"it answered with status {status}"


class _Connection(http.client.HTTPConnection):
    """A connection to the first that answers of the addresses that were looked at, for a host by its name."""

    def __init__(self, host: str, port: int, *, addresses: list[str], is_secret: bool) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self.addresses = addresses
        self.context = ssl.create_default_context() if is_secret else None
        if is_secret:
            self.default_port = 443  # so that the header Host names no port that needs no naming

    def connect(self) -> None:
        """Open the connection, and make it secret."""
        *others, last = self.addresses
        for address in others:
            with contextlib.suppress(OSError):
                self.sock = socket.create_connection((address, self.port), self.timeout)
                break
        else:
            self.sock = socket.create_connection((last, self.port), self.timeout)
        if self.context is not None:
            self.sock = self.context.wrap_socket(self.sock, server_hostname=self.host)


def _addresses(host: str, port: int, networks: tuple[Network, ...]) -> list[str]:
    """Return the addresses of the host that may be told, the likeliest first. Raises `OSError` for no host."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    return [address for address in found if may_be_told(address, networks)]


def may_be_told(address: str, networks: Iterable[Network] = ()) -> bool:
    """Return whether the address is public, or of one of the networks; what it stands for counts, not how it is put."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        within = IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None
        found = found.ipv4_mapped or found.sixtofour or within or found
    if any(found.version == network.version and found in network for network in networks):
        return True
    return found.is_global and not found.is_multicast
