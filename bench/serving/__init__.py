"""The web desk served and read over HTTP, for the figures of bench.web."""
