"""OpenVEX documents (OpenVEX 0.2.0): read, written and checked."""
