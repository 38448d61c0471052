"""Settings that are valid and yet seldom what an operator wants."""

from __future__ import annotations

from collections.abc import Iterator

from portal.database.engines import parse_database_url
from portal.services.operations.checks.finding import Finding, Surroundings, ok, warning


def check(surroundings: Surroundings) -> Iterator[Finding]:
    settings = surroundings.settings
    if not settings.is_production:
        yield ok("A development portal: what only a server needs is not checked (PORTAL_ENV=production).")
        return
    is_sqlite = parse_database_url(settings.database_url).drivername == "sqlite"
    if not is_sqlite and not settings.reader_url:
        yield warning(
            "PORTAL_READER_URL is not set: public requests use the role that can write.",
            "Make the role with deploy/postgresql-reader.sql (docs/deploying.md, 8).",
        )
    if not is_sqlite and not settings.state_folder:
        yield warning(
            "PORTAL_STATE is not set: if the database is lost, so is the list of disabled accounts, except the copies "
            "beside backups.",
            "Set it to a folder on this machine that outlives the database, such as /var/lib/portal.",
        )
    if not settings.proxy_count:
        yield warning(
            "PORTAL_PROXY_COUNT is 0: behind nginx, every visitor would have its address.",
            "Set it to 1 behind a reverse proxy; nothing else should reach gunicorn (docs/deploying.md, 4).",
        )
    if not settings.contact:
        yield warning("PORTAL_CONTACT is not set: visitors cannot write to anybody.", "Set it to an email address.")
    yield ok(f"A production portal at {settings.public_url}.")
