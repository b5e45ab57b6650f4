"""What holds for every test: laws are judged by what they find, not by how fast a loaded machine runs them."""

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
