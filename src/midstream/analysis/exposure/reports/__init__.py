"""Reports of a scan: the record itself, and the documents made of it."""
