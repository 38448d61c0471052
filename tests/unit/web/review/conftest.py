"""The reviewer of the office, for the tests of the desk."""

import pytest


@pytest.fixture
def reviewer(people):
    return people["reviewer"]
