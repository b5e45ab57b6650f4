"""Pages and the HTTP API: they know the desk, and reach the store only through it."""
