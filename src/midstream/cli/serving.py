"""What the commands ask of the web desk: to be served, if that is safe, and who may sign in."""

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import click

if TYPE_CHECKING:
    from midstream.desk.front.digest import Letter


class Serving(NamedTuple):
    """Over which store, at which address, with how many processes, and who speaks HTTPS: ourselves, a proxy, nobody.

    `url` is the https origin people use; empty is plain HTTP for this machine alone.
    """

    store: str
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    url: str = ""
    certificate: Path | None = None
    private_key: Path | None = None
    behind_proxy: bool = False


class Kept(NamedTuple):
    """One account: whose it is, whether it may sign in, and with what."""

    person: str
    email: str
    is_active: bool
    has_password: bool
    factors: tuple[str, ...]


class Accounts(Protocol):
    """The accounts of a store, which wiring opens."""

    def everybody(self) -> list[Kept]:
        """Return all accounts, by name."""
        ...

    def add(self, *, person: str, email: str) -> str:
        """Return the path of a link by which the person chooses a password; their account is made when it is new."""
        ...

    def close(self, person: str) -> bool:
        """Return whether there was such an account; it cannot sign in any more, and its sessions are over."""
        ...

    def forget_factors(self, person: str) -> bool:
        """Return whether there was such an account; its second factors are gone and its sessions over."""
        ...


def check(asked: Serving) -> None:
    """Return nothing for what is safe to serve; raise `click.UsageError` with what is missing.

    Beyond this machine the desk speaks HTTPS, by itself or through a proxy, under a name it was told.
    """
    is_https = asked.behind_proxy or asked.certificate is not None
    if (asked.certificate is None) != (asked.private_key is None):
        raise click.UsageError("A certificate needs its key: give both --certificate and --private-key.")
    if asked.url and not (asked.url.startswith("https://") and asked.url.removeprefix("https://").strip("/")):
        raise click.UsageError("--url is the https address that people use: https://desk.example.org")
    if asked.url and "/" in asked.url.removeprefix("https://").rstrip("/"):
        raise click.UsageError("--url names a host alone: the desk does not live in a folder of it.")
    if asked.url and not is_https:
        raise click.UsageError(
            "Nobody speaks HTTPS for --url: give --certificate and --private-key, or --behind-proxy."
        )
    if is_https and not asked.url:
        raise click.UsageError("Say under which address people reach the desk: --url https://desk.example.org")
    if not is_loopback(asked.host) and not is_https:
        raise click.UsageError(
            f"{asked.host} can be reached from outside, and passwords would travel in the clear. Give --url with "
            "--certificate and --private-key, or with --behind-proxy; or stay at 127.0.0.1."
        )


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches what listens at `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class PostOffice(Protocol):
    """Knows the addresses of people who have an account, and sends them mail."""

    def addresses(self) -> dict[str, str]:
        """Return the e-mail address of each person who has one and may sign in."""
        ...

    def send(self, letter: "Letter", *, to: str) -> None:
        """Send a letter, or raise `StoreTrouble` when the mail server does not take it."""
        ...
