from dataclasses import replace

from tests.loops import not_empty


def test_the_command_counts_activities_and_reasons(app, sample):
    result = app.test_cli_runner().invoke(args=["iati-report"])
    assert result.exit_code == 0, result.output
    lines = not_empty(result.output.splitlines())
    assert lines[0] == "100 projects: 53 activities, 47 left out."
    assert lines[1].strip() == "29  project: There is neither start nor end, and IATI demands a date."
    assert lines[2].strip().startswith("18  project: There is no Projects ID")


def test_the_command_says_what_a_portal_without_an_identifier_lacks(app, sample, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], is_production=True))
    result = app.test_cli_runner().invoke(args=["iati-report"])
    assert result.exit_code != 0
    assert "PORTAL_IATI_ORGANISATION" in str(result.exception)
