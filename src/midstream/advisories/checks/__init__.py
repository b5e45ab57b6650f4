"""Checks of documents beyond their format: that they agree, that they leak nothing, and what official schemas say."""
