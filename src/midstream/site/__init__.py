"""The public advisory site: pages, feeds and data, made from the catalogue's documents alone."""
