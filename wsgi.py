"""The application for gunicorn in a checkout; an installed wheel provides it as portal.wsgi:app."""

from portal.wsgi import app

__all__ = ["app"]
