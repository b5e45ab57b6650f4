"""One POST: no redirects, no proxies, a short patience, and nothing of the answer but its status."""

import http.client
import socket
import ssl
from urllib.parse import urlsplit

PATIENCE = 10
"""Seconds that the other side has for each step."""


def post(*, url: str, body: bytes, headers: dict[str, str]) -> str:
    """Return an empty text when the other side took the body (a status of 200 to 299), or one sentence why not.

    A redirect is not followed: it could lead where nobody agreed to send. The answer's body is not read.
    """
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=PATIENCE, context=context
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    except ValueError as error:
        return f"the address cannot be used: {error}"
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request("POST", path, body=body, headers={**headers, "User-Agent": "midstream"})
        status = connection.getresponse().status
    except TimeoutError:
        return f"no answer within {PATIENCE} seconds"
    except ssl.SSLError as error:
        return f"no trusted connection: {error.reason or 'its certificate does not hold'}"
    except (OSError, socket.gaierror, http.client.HTTPException, ValueError) as error:
        return f"no connection: {str(error) or type(error).__name__}"
    finally:
        connection.close()
    return "" if 200 <= status < 300 else f"it answered with status {status}"
