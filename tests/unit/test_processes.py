"""What a process beside a server is told."""

import os

from portal.config import ROOT
from portal.processes import environment_beside_server


def test_it_has_the_settings_and_this_code_and_no_part_in_the_metrics(monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "/metrics")
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/portal.db")
    monkeypatch.setenv("PYTHONPATH", "/own")
    told = environment_beside_server()
    assert told == {
        **{name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"},
        "PYTHONPATH": f"{ROOT}{os.pathsep}/own",
    }


def test_without_a_path_of_modules_there_is_this_code_alone(monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert environment_beside_server()["PYTHONPATH"] == str(ROOT)
