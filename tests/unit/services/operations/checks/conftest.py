"""What the tests of checks share: the surroundings of a production portal, and what a check says of them."""

from dataclasses import replace

import pytest

from portal.services.operations.checks.finding import Surroundings


@pytest.fixture
def surroundings(app, session, tmp_path):
    """surroundings(**settings) on the database of the test, with its files in a folder of its own."""
    production = replace(
        app.extensions["settings"],
        is_production=True, public_url="https://projects.example.org", proxy_count=1, contact="portal@example.org",
        backup_folder=str(tmp_path / "backups"),
    )  # fmt: skip

    def make(*, min_free_bytes=1, **settings):
        return Surroundings(
            settings=replace(production, **settings),
            session=session(),
            env_file=tmp_path / "portal.env",
            min_free_bytes=min_free_bytes,
        )

    return make


@pytest.fixture
def said(surroundings):
    """said(check, **settings) is the [(state, text and advice)] of a check."""

    def run(check, **settings):
        findings = check(surroundings(**settings))
        return [(str(finding.state), f"{finding.text} {finding.advice}".strip()) for finding in findings]

    return run
