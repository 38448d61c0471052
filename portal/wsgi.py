"""The application for gunicorn: settings from the environment; each process keeps its index current, one sends mail.

A server that imports it before it forks sets PORTAL_PRELOADED, and calls `start_serving` in each process.
"""

import os

from portal.app import from_environment, start_serving

app = from_environment()
if "PORTAL_PRELOADED" not in os.environ:
    start_serving(app)
