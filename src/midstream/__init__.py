"""Midstream: the security maintenance of an open-source project, from report to patched device."""

__version__ = "0.1.0"
