"""The HTTP API under /api: what the pages do, for programs, on the same verbs and under the same rule."""
