"""What to do when the machine lacks a program: one line that says how to get it."""

import os

import pytest


def lacks(what, remedy):
    """Skip the test, or fail it where nothing may be missing (CI=true)."""
    line = f"{what}: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(line, pytrace=False)
    pytest.skip(line)
