"""Processes that a server starts beside its workers, for what would take the time of requests in a thread."""

from __future__ import annotations

import os

from portal.config import ROOT

_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def environment_beside_server() -> dict[str, str]:
    """The environment of such a process: this code and these settings, and no part in the metrics of the server."""
    environment = {name: value for name, value in os.environ.items() if name != _METRICS_FOLDER}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
    return environment
