"""Repository security advisories of GitHub: what its REST API takes and gives, and the grammar of the description."""
