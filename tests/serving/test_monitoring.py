"""The dashboard and the alert rules name metrics that the portal exposes, and promtool accepts the rules."""

import json
import re
import shutil
import subprocess
import time
import urllib.request

import pytest

from portal.config import ROOT
from tests.over_http import PATIENCE

FOLDER = ROOT / "deploy" / "monitoring"
RULES = FOLDER / "portal.rules.yml"
DASHBOARD = FOLDER / "portal.dashboard.json"
# Of what PromQL adds to a name.
_SUFFIX = re.compile(r"_(bucket|sum|count|total)$")


@pytest.fixture(scope="module")
def exposed(gunicorn):
    """The names of all metrics of a portal that has found out everything."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{gunicorn.health}/metrics", timeout=PATIENCE) as answer:  # noqa: S310 # our own
            text = answer.read().decode()
        if "portal_job_late{" in text and "portal_ready{" in text and "portal_index_projects" in text:
            return {_SUFFIX.sub("", name) for name in re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE)}
        time.sleep(0.2)
    raise AssertionError(text)


def named_in(text):
    return {_SUFFIX.sub("", name) for name in re.findall(r"\bportal_[a-z_]+", text)}


def expressions():
    """Each expression of the dashboard."""
    return [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]


def test_each_alert_names_metrics_that_exist(exposed):
    named = named_in("\n".join(re.findall(r"expr: (.*)", RULES.read_text())))
    assert len(named) > 10
    assert named - exposed == set()


def test_each_panel_names_metrics_that_exist(exposed):
    named = named_in("\n".join(expressions()))
    assert len(named) > 15
    assert named - exposed == set()


def test_the_dashboard_shows_every_metric(exposed):
    ours = {name for name in exposed if name.startswith("portal_")}
    assert ours - named_in("\n".join(expressions())) == set()


def test_promtool_accepts_the_rules():
    if not (promtool := shutil.which("promtool")):
        pytest.skip("promtool is not installed: apt-get install prometheus")
    checked = subprocess.run([promtool, "check", "rules", RULES], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
