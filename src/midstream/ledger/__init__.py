"""Facts, the catalogue of their kinds, and the hash chain that holds them."""
