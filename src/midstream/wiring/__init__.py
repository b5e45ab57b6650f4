"""The composition root: settings, the desk built from its parts, the way in."""
