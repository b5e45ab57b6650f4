"""What the Debian security tracker says: its JSON dump, and the text lists it is made from."""
