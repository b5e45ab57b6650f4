"""Midstream runs the security maintenance of a firmware project, from report to patched device."""

__version__ = "0.1.0"
