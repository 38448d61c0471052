"""create_app: puts the house together. Reads like a table of contents."""

from __future__ import annotations

import gc
import os
import sys
from functools import partial
from typing import Any

from flask import Flask
from flask_compress import Compress
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from portal import cli, commands
from portal.config import ROOT, Settings
from portal.errors import Misconfigured
from portal.models import (
    READER,
    db,
    postgresql_engine_options,
    postgresql_reader,
    restrict_sqlite,
    sqlite_engine_options,
    sqlite_reader,
)
from portal.search import directory, shelf
from portal.web import BLUEPRINTS, assets, bodies, error_pages, guard, headers, kept, listed_fields, proxy, rendering

_ADDRESS_LIKE = "write sqlite:////folder/portal.db or postgresql://user:password@host/name"
# A statement of a request that takes longer is stopped, a public one sooner; commands may take their time.
STATEMENT_SECONDS, PUBLIC_SECONDS = 5, 1


def create_app(settings: Settings, *, statement_seconds: int = STATEMENT_SECONDS) -> Flask:
    """The application for these settings; writes nothing anywhere."""
    url = database_address(settings.database_url)
    app = Flask("portal", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(url, settings, statement_seconds),
        SQLALCHEMY_BINDS=reader(url, settings, engine_options(url, settings, min(statement_seconds, PUBLIC_SECONDS))),
        TRUSTED_HOSTS=settings.hosts,
        # Carries the one message that a page shows after a redirect, to staff alone.
        SESSION_COOKIE_NAME="__Host-said",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        COMPRESS_MIMETYPES=[
            "text/html", "text/css", "text/javascript", "image/svg+xml", "application/json", "text/plain",
        ],
        # For pages, made anew each time: zstd takes half the time of br for a twentieth more bytes.
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],
        COMPRESS_ZSTD_LEVEL=6,
        COMPRESS_BR_LEVEL=5,
    )  # fmt: skip
    app.extensions["settings"] = settings
    db.init_app(app)
    with app.app_context():
        if READER in db.engines and url.drivername == "sqlite":
            restrict_sqlite(db.engines[READER])
        shelf.of(db.engine).patience = settings.patience
    assets.init_app(app, ROOT / "static")
    rendering.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    error_pages.init_app(app)
    headers.init_app(app)
    bodies.init_app(app)
    guard.init_app(app)
    app.before_request(bodies.check_fields)
    listed_fields.init_app(app)
    Compress(app)
    kept.init_app(app, ROOT, settings.page_cache)
    # Outermost, so that all that is inside knows who really asks.
    proxy.init_app(app, settings)
    for command in (*cli.COMMANDS, *commands.COMMANDS):
        app.cli.add_command(command)
    return app


def database_address(text: str, name: str = "DATABASE_URL") -> URL:
    """The address with its driver; raise Misconfigured for what is no address, or of another database."""
    try:
        url = make_url(text)
    except ArgumentError as why:
        raise Misconfigured(f"{name} is not an address of a database: {_ADDRESS_LIKE}.") from why
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite":
        raise Misconfigured(f"{name} begins with {url.drivername}: {_ADDRESS_LIKE}.")
    return url


def engine_options(url: URL, settings: Settings, statement_seconds: int) -> dict[str, Any]:
    if url.drivername == "sqlite":
        return sqlite_engine_options(
            threads=settings.threads, statement_seconds=statement_seconds, is_file=is_file(url)
        )
    return postgresql_engine_options(
        threads=settings.threads, statement_seconds=statement_seconds, is_pooled=settings.has_pgbouncer
    )


def reader(url: URL, settings: Settings, options: dict[str, Any]) -> dict[str | None, Any]:
    """The options of the reader (see models.reader) by its name; a database in memory has none."""
    if url.drivername == "sqlite":
        if settings.reader_url:
            raise Misconfigured("PORTAL_READER_URL is for PostgreSQL: leave it out, SQLite has a reader without it.")
        return {READER: sqlite_reader(url, options)} if is_file(url) else {}
    if settings.has_pgbouncer and not settings.reader_url:
        # It hands on no settings of a connection, so the role must have them.
        raise Misconfigured(
            "PORTAL_PGBOUNCER is set but PORTAL_READER_URL is not: give public requests a role of their own "
            "(docs/deploying.md, 8)."
        )
    role = database_address(settings.reader_url, "PORTAL_READER_URL") if settings.reader_url else url
    if role.drivername != url.drivername:
        raise Misconfigured("PORTAL_READER_URL is no address of PostgreSQL: name the database of DATABASE_URL in it.")
    return {READER: postgresql_reader(role, options)}


def is_file(url: URL) -> bool:
    return url.database not in (None, "", ":memory:")


def stay_current(app: Flask) -> None:
    """Make the index before the first visitor asks, and keep it current from then on; for a process that serves."""

    def look() -> None:
        with app.app_context():
            directory.current()

    shelf.watch(look)
    # What is there by now stays for good; without this the collector walks through it every few requests.
    gc.collect()
    gc.freeze()


def from_environment(*, statement_seconds: int = STATEMENT_SECONDS) -> Flask:
    """The application as the environment describes it; ends the process with one line if it cannot be."""
    try:
        return create_app(Settings.from_environment(os.environ), statement_seconds=statement_seconds)
    except Misconfigured as why:
        # gunicorn's master stops at this code instead of starting the worker again and again.
        print(f"The portal does not start: {why}", file=sys.stderr)
        raise SystemExit(4) from None


command_line = commands.CommandLine(
    create_app=partial(from_environment, statement_seconds=0),
    add_default_commands=False,
    load_dotenv=False,
    help="The portal's commands.",
)
