"""The composition root: settings, the desk built from its parts, the way in."""

import gc

# A command ends soon: looking for cycles while its modules load takes a twentieth of a short one's time.
gc.set_threshold(50_000)
