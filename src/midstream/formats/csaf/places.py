"""Where a CSAF document stands under a provider's root (CSAF 2.0, sections 5.1 and 7.1.11)."""

import re
from typing import Final

import msgspec

from midstream.formats.base.fault import DocumentError
from midstream.formats.base.visible import one_line

ROOT: Final = ".well-known/csaf"
METADATA: Final = f"{ROOT}/provider-metadata.json"
LONGEST: Final = 120
"""Characters of a file's name before its ending: what every file system takes, with the endings of digests."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What other files under the same root say of a provider: addresses of its metadata and of a key to write to."""

    metadata: str
    encryption: str = ""
    is_signed: bool = False


def file_name(tracking_id: str) -> str:
    """The file name of a document (section 5.1): lower case, runs of other characters one underscore, ``.json``.

    So a path-like id is one name: ``../../x`` becomes ``_x.json``. Whether anything is left of it is not asked.
    """
    return f"{re.sub(r'[^+a-z0-9-]+', '_', tracking_id.strip().lower())[:LONGEST] or '_'}.json"


def document_place(*, tracking_id: str, label: str, year: int) -> str:
    """The place of a document: the folder of its TLP label, the year of its first release, its name.

    `label` is one of CSAF 2.0: WHITE, GREEN, AMBER or RED.
    """
    return f"{ROOT}/{label.lower()}/{year:04}/{file_name(tracking_id)}"


def check_name(tracking_id: str) -> None:
    """Nothing; DocumentError when an id makes no file name, or one too long."""
    stem = file_name(tracking_id).removesuffix(".json")
    if not stem.strip("_") or len(stem) == LONGEST:
        raise DocumentError(
            f"{one_line(tracking_id)[:60]!r} makes no file name", where="/document/tracking/id", hint="Use letters."
        )
