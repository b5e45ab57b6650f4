"""Examples that are the same in every run."""

from hypothesis.internal.conjecture import providers


def forget_local_constants() -> None:
    """Let Hypothesis draw nothing from the constants of modules that are loaded, for which it has no setting.

    Which modules are loaded depends on the tests that ran before, so the same seed would give other examples.
    """
    none = providers.Constants(integers=set(), floats=set(), bytes=set(), strings=set())
    providers._get_local_constants = lambda: none  # type: ignore[assignment]
    providers.CONSTANTS_CACHE.cache.clear()
