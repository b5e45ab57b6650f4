"""CVE Records (CVE JSON Record Format 5.1.1 and 5.2.0)."""
