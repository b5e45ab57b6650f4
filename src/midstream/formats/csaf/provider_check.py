"""What the files of a CSAF provider must keep (CSAF 2.0, sections 5.1, 7.1 and 7.2), before they are served.

The documents themselves are checked by `formats.csaf.rules`; here it is how they are laid out, listed and sealed.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from midstream.formats.base.fault import DocumentError, Fault
from midstream.formats.base.json_text import read_object
from midstream.formats.base.moments import read_moment
from midstream.formats.csaf.places import METADATA, ROOT, file_name

_DOCUMENT: Final = re.compile(r"(?P<folder>.+)/(?P<year>[0-9]{4})/(?P<name>[^/]+\.json)")
_INFORMATION: Final = ("urn:ietf:params:rolie:category:information-type", "csaf")
_Say = Callable[[str, str, str], None]


def check_provider(files: Mapping[str, bytes], *, base_url: str) -> tuple[Fault, ...]:
    """Return what is wrong with the files of a provider, path below the web root → bytes; none when all is right.

    The path of a fault is that of the file. `base_url` is where the web root is served, without a slash at its end.
    """
    found: list[Fault] = []

    def say(rule: str, path: str, sentence: str) -> None:
        found.append(Fault(rule=rule, path=path, sentence=sentence))

    metadata = _read(files, METADATA, say=say)
    if not base_url.startswith("https://"):
        say("7.1.3", METADATA, f"{base_url[:80]!r} is not served over https")
    is_signed = metadata.get("role") == "csaf_trusted_provider"
    documents = [path for path in files if path.startswith(f"{ROOT}/") and _DOCUMENT.fullmatch(path)]
    for path in documents:
        _check_document(files, path, is_signed=is_signed, say=say)
    _check_keys(files, metadata, base_url=base_url, is_signed=is_signed, say=say)
    folders = sorted({path.rpartition("/")[0].rpartition("/")[0] for path in documents})
    feeds = [path for path in files if re.fullmatch(rf"{re.escape(ROOT)}/[^/]+/csaf-feed-[^/]+\.json", path)]
    listed = {each.rpartition("/")[0] for each in feeds}
    for folder in folders:
        if folder not in listed:
            say("7.1.15", folder, "the documents of this folder stand in no ROLIE feed")
    for path in feeds:
        own = [each for each in documents if each.startswith(f"{path.rpartition('/')[0]}/")]
        _check_feed(files, path, own, base_url=base_url, is_signed=is_signed, say=say)
        _check_lists(files, path.rpartition("/")[0], own, say=say)
    _check_metadata(files, metadata, feeds, base_url=base_url, say=say)
    return tuple(found)


def _read(files: Mapping[str, bytes], path: str, *, say: _Say) -> dict[str, Any]:
    if path not in files:
        say("7.1", path, "the file is missing")
        return {}
    try:
        return read_object(files[path], where=path)
    except DocumentError as error:
        say("7.1", path, error.what)
        return {}


def _check_document(files: Mapping[str, bytes], path: str, *, is_signed: bool, say: _Say) -> None:
    """Section 5.1 (the name), 7.1.11 (the year's folder), 7.1.18 and 7.1.19 (digests and signature beside it)."""
    tracking = _object(_object(_read(files, path, say=say).get("document")).get("tracking"))
    year, name = path.split("/")[-2:]
    wanted = file_name(str(tracking.get("id", "")))
    if name != wanted:
        say("5.1", path, f"the file of {str(tracking.get('id'))[:80]!r} is called {name}, not {wanted}")
    first = read_moment(tracking.get("initial_release_date"))
    if first is None or f"{first.year:04}" != year:
        say("7.1.11", path, f"it stands in the folder of {year}, which is not the year of its first release")
    content = files[path]
    for kind in ("sha256", "sha512"):
        beside = files.get(f"{path}.{kind}", b"").split()
        if beside[:1] != [hashlib.new(kind, content).hexdigest().encode()]:
            say("7.1.18", f"{path}.{kind}", f"the {kind.upper()} beside the document is missing or of other bytes")
    if is_signed and not files.get(f"{path}.asc", b"").startswith(b"-----BEGIN PGP SIGNATURE-----"):
        say("7.1.19", f"{path}.asc", "a trusted provider signs each document, and the signature is missing")


def _check_keys(
    files: Mapping[str, bytes], metadata: dict[str, Any], *, base_url: str, is_signed: bool, say: _Say
) -> None:
    """Section 7.1.20: the public key stands in ``openpgp/``, under its fingerprint."""
    keys = _objects(metadata.get("public_openpgp_keys"))
    if is_signed and not keys:
        say("7.1.20", METADATA, "a trusted provider shows its key, and public_openpgp_keys is empty")
    for key in keys:
        place = f"{ROOT}/openpgp/{key.get('fingerprint')}.asc"
        if key.get("url") != f"{base_url}/{place}" or place not in files:
            say("7.1.20", METADATA, f"the key {str(key.get('fingerprint'))[:64]} does not stand at {place}")


def _check_feed(
    files: Mapping[str, bytes], path: str, documents: list[str], *, base_url: str, is_signed: bool, say: _Say
) -> None:
    """Section 7.1.15: the feed is wrapped, has its category, and every entry leads to the document and its seals."""
    feed = _read(files, path, say=say).get("feed")
    if not isinstance(feed, dict):
        say("7.1.15", path, "the feed is not wrapped in a member that is called feed")
        return
    kinds = {(each.get("scheme"), each.get("term")) for each in _objects(feed.get("category"))}
    if _INFORMATION not in kinds:
        say("7.1.15", path, f"the feed has no category {_INFORMATION[1]} of the scheme {_INFORMATION[0]}")
    entries = {
        str(_object(each.get("content")).get("src", "")): {
            (link.get("rel"), link.get("href")) for link in _objects(each.get("link"))
        }
        for each in _objects(feed.get("entry"))
    }
    wanted = {f"{base_url}/{each}" for each in documents}
    for address in sorted(wanted - entries.keys()):
        say("7.1.15", path, f"the feed has no entry for {address}")
    for address in sorted(entries.keys() - wanted):
        say("7.1.15", path, f"the entry for {address[:200]!r} leads to no document")
    for address in sorted(wanted & entries.keys()):
        seals = [("hash", ".sha256"), ("hash", ".sha512"), *([("signature", ".asc")] if is_signed else [])]
        for rel, end in [("self", ""), *seals]:
            if (rel, address + end) not in entries[address]:
                say("7.1.15", path, f"the entry for {address} has no link {rel} to {address}{end}")


def _check_lists(files: Mapping[str, bytes], folder: str, documents: list[str], *, say: _Say) -> None:
    """Sections 7.1.12, 7.1.13, 7.1.16 and 7.1.17: what stands beside the feed."""
    wanted = {each.removeprefix(f"{folder}/") for each in documents}
    index = files.get(f"{folder}/index.txt", b"").decode(errors="replace").split("\n")
    if set(index) - {""} != wanted:
        say("7.1.12", f"{folder}/index.txt", "the index is missing, or does not name each document once")
    changes = files.get(f"{folder}/changes.csv", b"").decode(errors="replace").splitlines()
    if {line.split(",")[0].strip('"') for line in changes} != wanted:
        say("7.1.13", f"{folder}/changes.csv", "the list of changes is missing, or does not name each document once")
    for name, section, member in (
        ("service.json", "7.1.16", "service"),
        ("category-csaf.json", "7.1.17", "categories"),
    ):
        if not isinstance(_read(files, f"{folder}/{name}", say=say).get(member), dict):
            say(section, f"{folder}/{name}", f"the document has no {member}")


def _check_metadata(
    files: Mapping[str, bytes], metadata: dict[str, Any], feeds: list[str], *, base_url: str, say: _Say
) -> None:
    """Section 7.1.7: where the metadata say that they stand, and that each feed is named."""
    if metadata.get("canonical_url") != f"{base_url}/{METADATA}":
        say("7.1.7", METADATA, f"canonical_url is not {base_url}/{METADATA}")
    named = {
        each.get("url")
        for distribution in _objects(metadata.get("distributions"))
        for each in _objects(_object(distribution.get("rolie")).get("feeds"))
    }
    for path in feeds:
        if f"{base_url}/{path}" not in named:
            say("7.1.7", METADATA, f"the feed {path} is not named")
    for address in sorted(str(each) for each in named):
        if not address.startswith("https://") or address.removeprefix(f"{base_url}/") not in files:
            say("7.1.7", METADATA, f"{address[:200]!r} leads to no feed")


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
