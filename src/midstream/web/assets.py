"""The files that pages need (styles, scripts), served from memory, each under the name of its content.

They are those of the installed apps; an address holds the digest, so that a browser keeps a file for good and a new
version is fetched at once. Nothing is built and nothing is written.
"""

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

WORTH = 512
"""Bytes from which a file is sent compressed."""


class Asset(NamedTuple):
    """One file: its content, as it is and compressed, its type and the beginning of its digest."""

    content: bytes
    packed: bytes
    kind: str
    digest: str


@lru_cache(maxsize=512)
def asset(name: str) -> Asset | None:
    """Return the file of that name in the installed apps, or None."""
    found = finders.find(name)
    if not isinstance(found, str):
        return None
    content = Path(found).read_bytes()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind.endswith(("javascript", "json", "xml"))
    packed = gzip.compress(content, mtime=0) if is_text and len(content) >= WORTH else b""
    kind = f"{kind}; charset=utf-8" if is_text else kind
    return Asset(content, packed, kind, hashlib.sha256(content).hexdigest()[:12])


class Assets(StaticFilesStorage):
    """Gives ``{% static %}`` the address of a file."""

    def url(self, name: str | None) -> str:
        """Return the address, which holds the digest."""
        found = asset(name or "")
        if found is None:
            raise ValueError(f"no app has the file {name!r}")
        return f"/static/{found.digest}/{name}"


@login_not_required
@require_safe
def serve(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """Return the file, for good when the address holds its digest."""
    found = asset(name)
    if found is None:
        raise Http404
    is_packed = found.packed and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.packed if is_packed else found.content, content_type=found.kind)
    if is_packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    lasting = "public, max-age=31536000, immutable"
    response["Cache-Control"] = lasting if digest == found.digest else "no-cache"
    return response
