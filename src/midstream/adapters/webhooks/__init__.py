"""Sends what the desk tells other systems over HTTP."""

from midstream.adapters.webhooks.post import post

__all__ = ["post"]
