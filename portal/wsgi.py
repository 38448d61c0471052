"""The application for gunicorn: settings from the environment; each process keeps its index current, one sends mail."""

from portal.app import from_environment, keep_index_current, refuse_other_tables, send_mail_in_background

app = from_environment()
refuse_other_tables(app)
keep_index_current(app)
send_mail_in_background(app)
