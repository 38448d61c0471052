"""create_app: puts the house together. Reads like a table of contents."""

from __future__ import annotations

import gc
import os
import sys
from functools import partial

from flask import Flask
from flask_compress import Compress

from portal import cli
from portal.cli import database
from portal.config import ROOT, Settings
from portal.database.engines import (
    engine_options,
    parse_database_url,
    reader_binds,
)
from portal.database.orm import READER_BIND, db
from portal.database.public_reader import restrict_sqlite_reader
from portal.errors import ConfigurationError
from portal.search.index import current, refresh
from portal.web import BLUEPRINTS, components
from portal.web.http import build_id, error_pages, headers, proxy, response_cache, static_files
from portal.web.presentation import templating
from portal.web.security import access, allowed_fields, request_limits

# A statement of a request that takes longer is stopped, a public one sooner; commands may take their time.
STATEMENT_TIMEOUT_SECONDS, PUBLIC_STATEMENT_TIMEOUT_SECONDS = 5, 1


def create_app(settings: Settings, *, statement_seconds: int = STATEMENT_TIMEOUT_SECONDS) -> Flask:
    """The application for these settings; writes nothing anywhere."""
    url = parse_database_url(settings.database_url)
    app = Flask("portal", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(url, settings, statement_seconds),
        SQLALCHEMY_BINDS=reader_binds(
            url, settings, engine_options(url, settings, min(statement_seconds, PUBLIC_STATEMENT_TIMEOUT_SECONDS))
        ),
        TRUSTED_HOSTS=settings.trusted_hosts,
        # Carries the one message that a page shows after a redirect, to staff alone.
        SESSION_COOKIE_NAME="__Host-flash",
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
        if READER_BIND in db.engines and url.drivername == "sqlite":
            restrict_sqlite_reader(db.engines[READER_BIND])
        refresh.store_for(db.engine).max_staleness = settings.max_staleness
    static_files.init_app(app, ROOT / "static")
    templating.init_app(app)
    for blueprint in BLUEPRINTS if settings.is_production else (components.bp, *BLUEPRINTS):
        app.register_blueprint(blueprint)
    error_pages.init_app(app)
    headers.init_app(app)
    request_limits.init_app(app)
    access.init_app(app)
    app.before_request(request_limits.check_fields)
    allowed_fields.init_app(app)
    Compress(app)
    build_id.init_app(app, ROOT)
    response_cache.init_app(app, settings.page_cache_bytes)
    # Outermost, so that all that is inside knows who really asks.
    proxy.init_app(app, settings)
    for command in (*database.COMMANDS, *cli.COMMANDS):
        app.cli.add_command(command)
    return app


def keep_index_current(app: Flask) -> None:
    """Make the index before the first visitor asks, and keep it current from then on; for a process that serves."""

    def look() -> None:
        with app.app_context():
            current.current_snapshot()

    refresh.start_watcher(look)
    # What is there by now stays for good; without this the collector walks through it every few requests.
    gc.collect()
    gc.freeze()


def from_environment(*, statement_seconds: int = STATEMENT_TIMEOUT_SECONDS) -> Flask:
    """The application as the environment describes it; ends the process with one line if it cannot be."""
    try:
        return create_app(Settings.from_environment(os.environ), statement_seconds=statement_seconds)
    except ConfigurationError as why:
        # gunicorn's master stops at this code instead of starting the worker again and again.
        print(f"The portal does not start: {why}", file=sys.stderr)
        raise SystemExit(4) from None


command_line = cli.CommandLine(
    create_app=partial(from_environment, statement_seconds=0),
    add_default_commands=False,
    load_dotenv=False,
    help="The portal's commands.",
)
