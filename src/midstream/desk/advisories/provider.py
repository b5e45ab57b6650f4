"""The CSAF provider under the public site: each document with its digests and signature, and the lists of them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from midstream.desk.ports import PublishTrouble, Signer, Target
from midstream.formats.catalogue.document import Catalogue
from midstream.formats.csaf.places import METADATA, ROOT, Shown
from midstream.formats.csaf.provider import Key, Provider, document_files, entry_of, key_place, lists
from midstream.formats.tree import Part

FORMAT = "csaf20"
"""The format of which a provider's files are made."""
SOON = timedelta(days=60)
"""How long before its end a key is told of: time enough to make the next one known."""
SETTING = "MIDSTREAM_SITE_KEY_FILE"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One document of the provider: its place on the site, its digest, and its bytes unless they stand there."""

    case: str
    path: str
    sha256: str
    content: bytes | None = None


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The provider's files in parts, what others say of it (None when there is none), by which key, and notes."""

    parts: tuple[Part, ...] = ()
    shown: Shown | None = None
    signed_by: str = ""
    notes: tuple[str, ...] = ()


def provider_of(
    listed: Sequence[Listed], *, catalogue: Catalogue, target: Target, signer: Signer | None, now: datetime
) -> Signed:
    """Return the provider of these documents (CSAF 2.0, section 7.1); of the catalogue, the publisher is read.

    There is none without documents or an https address. A document's part is made again when the document or the key
    is another; a signature that stands there and is right by the present key is kept, for a new one has other bytes.
    """
    base = catalogue.publisher.base_url
    if not listed or not base.startswith("https://"):
        why = "there is no CSAF document yet" if not listed else "the site has no https address (site.url)"
        return Signed(notes=(f"nothing was signed: {why}",) if signer else ())
    provider = Provider(
        name=catalogue.publisher.name,
        namespace=catalogue.publisher.url,
        base_url=base,
        contact=catalogue.publisher.contact,
        keys=(Key(fingerprint=signer.fingerprint, armoured=signer.public_key),) if signer else (),
    )
    making = _Making(provider=provider, listed=tuple(listed), target=target, signer=signer, now=now)
    return Signed(
        parts=tuple(making.parts()),
        shown=Shown(
            metadata=f"{base}/{METADATA}",
            encryption=f"{base}/{key_place(signer.fingerprint)}" if signer and signer.takes_mail else "",
            is_signed=signer is not None,
        ),
        signed_by=signer.fingerprint if signer else "",
        notes=_notes(signer, now=now),
    )


class _Making(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one provider while they are made."""

    provider: Provider
    listed: tuple[Listed, ...]
    target: Target
    signer: Signer | None
    now: datetime

    def parts(self) -> Iterator[Part]:
        """Yield a part for each document, and one for the lists."""
        mark = hashlib.sha256(self.signer.public_key).hexdigest() if self.signer else ""
        for each in self.listed:
            yield Part(key=f"csaf {each.case}", stamp=_digest(each.sha256, mark), files=partial(self.files_of, each))
        frame = msgspec.json.encode(self.provider).decode()
        stamp = _digest(frame, mark, *(each.sha256 for each in self.listed))
        yield Part(key="csaf", stamp=stamp, files=self.lists)

    def files_of(self, each: Listed) -> Iterable[tuple[str, bytes]]:
        """Return one document and what stands beside it."""
        content = self.content_of(each)
        return document_files(entry_of(content), content, sign=self.sign if self.signer else None).items()

    def lists(self) -> Iterable[tuple[str, bytes]]:
        """Return the provider's metadata and lists."""
        entries = [entry_of(self.content_of(each)) for each in self.listed]
        standing, is_signed = self.target.found(METADATA), self.signer is not None
        return lists(entries, provider=self.provider, now=self.now, is_signed=is_signed, standing=standing).items()

    def sign(self, path: str, content: bytes) -> bytes:
        """Return the signature that stands there while it is right, else a new one."""
        standing = self.target.found(f"{path}.asc")
        if self.signer is None or (standing and self.signer.is_signed(content, signature=standing)):
            return standing
        return self.signer.detached(content)

    def content_of(self, each: Listed) -> bytes:
        """Return the document's bytes; raise `PublishTrouble` when others stand there: only ours are signed."""
        content = self.target.found(each.path) if each.content is None else each.content
        if hashlib.sha256(content).hexdigest() != each.sha256:
            raise PublishTrouble(
                f"{each.path} is not what was published there",
                hint="See what differs with --drift, then publish with --anew; nothing was written.",
            )
        return content


def check_signatures(written: Iterable[str], *, target: Target, signer: Signer | None) -> None:
    """Return nothing, after each signature written was read back and is one of the document beside it."""
    if signer is None:
        return
    for place in written:
        document = place.removesuffix(".asc")
        if not place.startswith(f"{ROOT}/") or document == place or place == key_place(signer.fingerprint):
            continue
        if not signer.is_signed(target.found(document), signature=target.found(place)):
            raise PublishTrouble(
                f"{place} was published and is no signature of {document}",
                hint="Nothing was recorded; publish again with --anew.",
            )


def _notes(signer: Signer | None, *, now: datetime) -> tuple[str, ...]:
    if signer is None:
        return (f"the CSAF documents are not signed; {SETTING} names the key that signs them",)
    ends = signer.expires_at
    if ends is not None and ends < now + SOON:
        return (f"the key that signs expires on {ends:%Y-%m-%d}; give it a later date, or name another in {SETTING}",)
    return ()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
