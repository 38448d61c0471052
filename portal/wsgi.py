"""The application for gunicorn: settings from the environment; each process keeps its own index current."""

from portal.app import from_environment, keep_index_current, refuse_other_tables

app = from_environment()
refuse_other_tables(app)
keep_index_current(app)
