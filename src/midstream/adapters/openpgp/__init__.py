"""OpenPGP signatures (RFC 9580), made and checked with Sequoia."""
