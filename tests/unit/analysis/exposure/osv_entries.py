"""OSV entries in a line."""

from typing import Any


def entry(name: str, *affected: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - tables of Ibis, which ships no types
    """One entry with these affected packages."""
    return {"id": name, "modified": "2026-11-01T00:00:00Z", "affected": list(affected), **more}


def package(
    ecosystem: str, name: str, *events: str, versions: tuple[str, ...] = (), kind: str = "ECOSYSTEM"
) -> dict[str, Any]:
    """One package; events are written "introduced 0", "fixed 1.2"."""
    found: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": name}}
    if events:
        found["ranges"] = [{"type": kind, "events": [dict([event.split(" ", 1)]) for event in events]}]
    if versions:
        found["versions"] = list(versions)
    return found


def git(repo: str, *events: str, versions: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:  # noqa: ANN401 - tables of Ibis, which ships no types
    """A repository without a package."""
    ranges = [{"type": "GIT", "repo": repo, "events": [dict([event.split(" ", 1)]) for event in events], **more}]
    return {"ranges": ranges, "versions": list(versions)}
