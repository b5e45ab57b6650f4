"""What several formats stand on: bounded JSON, faults, CVSS, version ranges. It knows no format."""
