from dataclasses import replace

import pytest

from portal.config import ROOT
from portal.web.http.build_id import compute_build_id


@pytest.mark.parametrize(
    "setting", ["public_url", "operator", "contact", "licence", "licence_url", "iati_organisation"]
)
def test_a_setting_that_pages_or_files_print_makes_another_build(app, monkeypatch, setting):
    folder = ROOT / "portal" / "terms"
    before = compute_build_id(app, folder)
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], **{setting: "another"}))
    assert compute_build_id(app, folder) != before


def test_a_setting_that_nobody_sees_makes_no_other_build(app, monkeypatch):
    folder = ROOT / "portal" / "terms"
    before = compute_build_id(app, folder)
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], threads=3))
    assert compute_build_id(app, folder) == before
