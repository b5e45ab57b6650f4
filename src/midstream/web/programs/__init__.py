"""Pages about programs: their tokens and addresses, and what the API can do."""
