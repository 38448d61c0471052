"""The application for gunicorn: settings from the environment."""

from portal.app import from_environment

app = from_environment()
