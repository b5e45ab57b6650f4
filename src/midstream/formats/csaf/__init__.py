"""CSAF documents (OASIS Common Security Advisory Framework): read, written and checked."""
