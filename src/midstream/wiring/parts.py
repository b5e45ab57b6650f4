"""The parts of a desk, put together."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from midstream.wiring.settings import hook_networks, index_file, key_file, site_at, site_key
from midstream.wiring.site import PublicSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from midstream.desk.desk import Desk
    from midstream.desk.mail import IncomingMail
    from midstream.desk.ports import History, Pages, Signer, Target, Trials


def clock() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)


def open_desk(store: str) -> "Desk":
    """Return the desk over the store of that path or address, made when it is new."""
    from midstream.desk.desk import Desk  # noqa: PLC0415 - help and completion open nothing
    from midstream.store import open_store  # noqa: PLC0415 - as above

    return Desk(
        store=open_store(url=store, key_file=key_file(store)),
        clock=clock,
        read_mail=read_mail,
        post=post,
        site=PublicSite(),
        open_target=open_target,
        open_pages=open_pages,
        site_at=site_at(),
        open_signer=open_signer,
        verifier=PublishedKeys(),
    )


def open_target(path: str) -> "Target":
    """Return the directory to publish to; the adapter is loaded when something is published."""
    from midstream.adapters.publication import DirectoryTarget  # noqa: PLC0415 - most commands publish nothing

    return DirectoryTarget(Path(path))


def open_pages() -> "Pages":
    """Return the files that people write; the adapter is loaded when a block is placed in one."""
    from midstream.adapters.pages import FilePages  # noqa: PLC0415 - most commands place nothing

    return FilePages()


def open_signer() -> "Signer | None":
    """Return what signs by the key of the settings, None when they name none; raise `PublishTrouble` when it cannot."""
    named = site_key()
    if named is None:
        return None
    from midstream.adapters.openpgp.signing import Signer  # noqa: PLC0415 - most commands sign nothing

    path, password = named
    return Signer.from_file(path, password=password)


class PublishedKeys:
    """`formats.csaf.places.Verifier`; the adapter is loaded when a signature is checked."""

    def is_signed(self, content: bytes, *, signature: bytes, key: bytes) -> bool:
        """Return whether the signature is a right one of the content by the key."""
        from midstream.adapters.openpgp.signing import KeyVerifier  # noqa: PLC0415 - most commands check none

        return KeyVerifier().is_signed(content, signature=signature, key=key)

    def fingerprint(self, key: bytes) -> str:
        """Return the fingerprint of a public key; empty for what is none."""
        from midstream.adapters.openpgp.signing import KeyVerifier  # noqa: PLC0415 - as above

        return KeyVerifier().fingerprint(key)


def open_trials(*, repo: Path) -> "Trials":
    """Return the repository at that path, for trials of backports."""
    from midstream.adapters.git.trials import GitTrials  # noqa: PLC0415 - most commands ask no repository

    return GitTrials(repo=repo)


def open_history(store: str, repo: Path) -> "History":
    """Return the history of the repository at that path, with its index beside the store of that path or address."""
    from midstream.adapters.git import GitHistory  # noqa: PLC0415 - most commands ask no repository

    return GitHistory(repo=repo, index=index_file(store, repo))


def post(*, url: str, body: bytes, headers: dict[str, str]) -> str:
    """Return what went wrong when `body` was sent to `url`, or nothing; the adapter is loaded when it is sent."""
    from ipaddress import ip_network  # noqa: PLC0415 - most commands send nothing

    from midstream.adapters.webhooks import post as send  # noqa: PLC0415 - as above

    named = [part.strip() for part in hook_networks().split(",") if part.strip()]
    try:
        networks = [ip_network(part) for part in named]
    except ValueError as error:
        return f"MIDSTREAM_HOOK_NETWORKS cannot be read: {error}"
    return send(url=url, body=body, headers=headers, networks=networks)


def read_mail(*, path: Path, now: datetime) -> "Iterator[IncomingMail]":
    """Return the mails of a file or folder, one by one; the adapter is loaded when mail is read."""
    from midstream.adapters.mail import read_mail as read  # noqa: PLC0415 - most commands read no mail

    return read(path=path, now=now)
