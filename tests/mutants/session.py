"""How pytest runs for mutants: tests in one order, with the same examples of Hypothesis each time."""

import functools
import gc

from hypothesis import Phase, settings

# What looks at the shape of the code, or needs a browser or a server, says nothing about a mutant.
TEST_FOLDERS = ("tests/unit", "tests/promises")


def pytest_arguments(*, examples):
    # A mutant that is noticed need not be noticed by the smallest example, nor remembered.
    profile = settings(derandomize=True, database=None, phases=[Phase.explicit, Phase.generate], deadline=None)
    settings.register_profile("mutants", profile, max_examples=examples)
    return [
        *("-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-m", "not browser and not alone"),
        # Hypothesis is imported here, before pytest does it.
        *("--hypothesis-profile=mutants", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
    ]


def portal_caches():
    """The cached functions of the portal: a test that finds its answer in a cache does not run the code."""
    return [
        candidate
        for candidate in gc.get_objects()
        if isinstance(candidate, functools._lru_cache_wrapper) and candidate.__module__.startswith("portal.")
    ]
