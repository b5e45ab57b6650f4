"""``midstream serve``."""

from pathlib import Path

import click

from midstream.cli.app import Session
from midstream.cli.serving import Serving, check


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; elsewhere needs HTTPS.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that answer.")
@click.option("--url", default="", help="The address people use: https://desk.example.org")
@click.option("--certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="For HTTPS (PEM).")
@click.option("--private-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its key (PEM).")
@click.option("--behind-proxy", is_flag=True, help="A proxy speaks HTTPS and sets X-Forwarded-For and -Proto.")
@click.pass_obj
def serve(
    session: Session,
    *,
    host: str,
    port: int,
    workers: int,
    url: str,
    certificate: Path | None,
    private_key: Path | None,
    behind_proxy: bool,
) -> None:
    """Serve the web desk: by default to this machine alone, at http://127.0.0.1:8000.

    Further away only with HTTPS: by a certificate of your own, or behind a proxy that has one.
    """
    asked = Serving(
        store=session.store,
        host=host,
        port=port,
        workers=workers,
        url=url.rstrip("/"),
        certificate=certificate,
        private_key=private_key,
        behind_proxy=behind_proxy,
    )
    check(asked)
    session.serve(asked)
