"""Every page against the HTML standard, with html-validate (its rules: .htmlvalidate.json)."""

import re
import shutil
import subprocess

import pytest

from portal.config import ROOT
from tests.addresses import LOST, SELECTIONS, fixed, projects
from tests.lacking import lacks

VALIDATOR = ROOT / "node_modules" / ".bin" / "html-validate"
REMEDY = "install Node.js 20.19 or newer with npm (apt-get install nodejs npm), then: npm ci"


@pytest.fixture
def validator():
    if shutil.which("node") is None or not VALIDATOR.exists():
        lacks("html-validate is not installed", REMEDY)
    return VALIDATOR


def test_every_page_is_valid_html(validator, app, client, sample, tmp_path):
    listing = client.get("/projects/?per_page=100").text
    addresses = [*fixed(app), *SELECTIONS, *LOST, "/projects/?per_page=100", *projects(listing)]
    for address in addresses:
        answer = client.get(address)
        if answer.mimetype == "text/html":
            (tmp_path / f"{file_name(address)}.html").write_text(answer.text, encoding="utf-8")
    assert len(list(tmp_path.iterdir())) > len(SELECTIONS)
    result = subprocess.run(
        [validator, "--config", ROOT / ".htmlvalidate.json", "--formatter", "text", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, (result.stdout + result.stderr).replace(f"{tmp_path}/", "")[:20_000]


def file_name(address):
    return re.sub(r"[^\w.=&-]", "_", address.strip("/")) or "home"
