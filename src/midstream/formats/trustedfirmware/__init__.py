"""Advisory pages as TF-A and TF-M publish them, and the pages that list them."""
