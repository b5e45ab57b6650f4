"""What can be wrong with a policy."""

from midstream.formats.toml import TomlError


class PolicyError(TomlError):
    """A policy that cannot be used: names file, line and what to do."""
