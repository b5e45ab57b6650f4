"""How the desk is asked to be served, and what is refused before anything listens."""

import ipaddress
from pathlib import Path
from typing import NamedTuple

import click


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
