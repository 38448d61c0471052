"""Other implementations of what the portal implements itself: installed apart from it, and used by tests alone."""

import sys
from importlib import import_module

from portal.config import ROOT
from tests.requirements import lacks

_PACKAGES = ROOT / ".oracles" / "packages"


def oracle(name):
    """The module of this name; skips the test where it is not installed."""
    if str(_PACKAGES) not in sys.path:
        # Last: what both have is taken from the environment of the portal.
        sys.path.append(str(_PACKAGES))
    try:
        return import_module(name)
    except ModuleNotFoundError:
        return lacks(f"{name} is not installed", "make test installs it")
