"""The composition root: settings, the desk built from its parts, the way in."""

import gc

# A command ends soon. Looking for cycles while its modules load takes a twentieth of a short one's time, and finds none.
gc.set_threshold(50_000)
