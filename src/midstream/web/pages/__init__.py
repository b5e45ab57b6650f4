"""One module a page: it calls the desk, and hands a template plain records."""
