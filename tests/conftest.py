"""What holds for every test: laws are judged by what they find, not by how fast a loaded machine runs them.

Where the environment says ``CI``, each run tries the same examples, so that a change is never judged by luck; at a
desk every run tries others.
"""

import os

from hypothesis import HealthCheck, settings

from tests.examples import forget_local_constants

settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("house")
forget_local_constants()
