"""CycloneDX documents: components, and vulnerabilities with VEX."""
