"""The catalogue: what a project says in public of its products, their releases and its advisories, as JSON."""
