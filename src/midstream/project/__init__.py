"""`midstream.toml`: who a project is, what it maintains, and who does the work."""

from midstream.project.config import (
    Branch,
    Cna,
    Party,
    Person,
    Project,
    ProjectError,
    Repository,
    read_project,
)

__all__ = ["Branch", "Cna", "Party", "Person", "Project", "ProjectError", "Repository", "read_project"]
