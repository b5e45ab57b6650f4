"""Following a repository: look, draw when something moved, wait; until somebody stops it."""

from collections.abc import Callable

import click

LEAST = 1.0
"""Seconds between two looks at least, so that watching never keeps a machine busy."""


def watch(
    state: Callable[[], str],
    draw: Callable[[], None],
    *,
    every: float,
    sleep: Callable[[float], None],
    looks: int | None = None,
) -> int:
    """Return how often it was drawn, after a stop with Ctrl-C or after that many looks.

    `state` names what the repository shows now; it is drawn at once, and again whenever that changed. One look at a
    time, nothing is kept of earlier ones. Errors of a look are the caller's: what cannot be read is not drawn over.
    """
    last, drawn = "", 0
    try:
        while looks is None or looks > 0:
            now = state()
            if now != last:
                draw()
                last, drawn = now, drawn + 1
            if looks is not None:
                looks -= 1
                if not looks:
                    break
            sleep(max(every, LEAST))
    except KeyboardInterrupt:
        click.echo("\nstopped", err=True)
    return drawn
