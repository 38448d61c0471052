"""create_app: the order in which the parts of the application are set up."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask
from flask_compress import Compress
from sqlalchemy import Engine

from portal import cli, iati_file, logs
from portal.cli import database
from portal.cli.jobs import mail_worker
from portal.config import ROOT, Settings
from portal.database import timing
from portal.database.availability import Availability, guard
from portal.database.encryption import KEYRING_OPTION, Keyring
from portal.database.engines import engine_options, is_file_database, parse_database_url, reader_binds
from portal.database.orm import READER_BIND, db
from portal.database.public_reader import restrict_sqlite_reader
from portal.errors import ConfigurationError
from portal.exports.registry import FORMATS
from portal.mcp.command import mcp
from portal.search.index import current, refresh
from portal.search.index.storage.shared_files import SharedFiles, shared_files
from portal.search.words.word_store import keep_words_ready
from portal.services.accounts.disabled_accounts import FILE_NAME, LIST_OPTION, path_beside
from portal.services.audit.syslog import SYSLOG_OPTION, SyslogSender
from portal.services.mail import outbox
from portal.services.operations import compatibility
from portal.web import BLUEPRINTS, components
from portal.web.api import limits
from portal.web.http import (
    build_id,
    error_pages,
    file_response,
    headers,
    proxy,
    request_metrics,
    response_cache,
    static_files,
)
from portal.web.http.languages import choice, prefix
from portal.web.http.languages.prefix import Portal
from portal.web.presentation import i18n, templating
from portal.web.public import running_today
from portal.web.security import access, allowed_fields, request_limits, search_gate, write_gate

# The database cancels statements of staff and of public requests after this time; commands have no limit.
STATEMENT_TIMEOUT_SECONDS, PUBLIC_STATEMENT_TIMEOUT_SECONDS = 5, 1

_SECONDS_BETWEEN_LOOKS_AT_TABLES = 1.0

# Python's own is five milliseconds.
_SWITCH_SECONDS = 0.001

COOKIES_AND_COMPRESSION = {
    # Carries the flash message, which a page shows once after a redirect; only staff get it.
    "SESSION_COOKIE_NAME": "__Host-flash",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "COMPRESS_MIMETYPES": [
        "text/html", "text/css", "text/javascript", "image/svg+xml", "application/json", "text/plain",
        "application/xml",
        *(export_format.media_type.partition(";")[0] for export_format in FORMATS.values()),
    ],
    # What fewer bytes cost more time from here on than they save (docs/decisions/0035-kept-pieces-and-packing.md).
    "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
    "COMPRESS_ZSTD_LEVEL": 3,
    "COMPRESS_BR_LEVEL": 2,
    "COMPRESS_LEVEL": 4,
}  # fmt: skip


def create_app(settings: Settings, *, statement_seconds: int = STATEMENT_TIMEOUT_SECONDS) -> Flask:
    """Build the application; writes nothing to disk or to the database."""
    app = Portal("portal", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(COOKIES_AND_COMPRESSION, SECRET_KEY=settings.secret_key, TRUSTED_HOSTS=settings.trusted_hosts)
    app.config.update(database_config(settings, statement_seconds))
    app.extensions["settings"] = settings
    db.init_app(app)
    with app.app_context():
        app.extensions["availabilities"] = set_up_engines(settings, statement_seconds)
    static_files.init_app(app, ROOT / "static")
    templating.init_app(app)
    for blueprint in BLUEPRINTS if settings.is_production else (components.bp, *BLUEPRINTS):
        app.register_blueprint(blueprint)
    prefix.init_app(app)
    choice.init_app(app)
    error_pages.init_app(app)
    limits.init_app(app)
    headers.init_app(app)
    request_limits.init_app(app)
    access.init_app(app)
    app.before_request(request_limits.check_fields)
    write_gate.init_app(app)
    running_today.init_app(app)
    search_gate.init_app(app)
    allowed_fields.init_app(app)
    Compress(app)
    # Before compression: what was added last runs first.
    app.after_request(i18n.mark_untranslated)
    build_id.init_app(app, ROOT)
    # Inside the cache: a page that is in memory keeps nobody waiting.
    file_response.init_app(app)
    response_cache.init_app(app, settings.page_cache_bytes)
    # Everything inside sees the address of the real client.
    proxy.init_app(app, settings)
    request_metrics.init_app(app)
    for command in (*database.COMMANDS, *cli.COMMANDS, mcp, iati_file.iati_file):
        app.cli.add_command(command)
    return app


def database_config(settings: Settings, statement_seconds: int) -> dict[str, Any]:
    """What Flask-SQLAlchemy reads: the engine for everything, and the one for public requests."""
    url = parse_database_url(settings.database_url)
    public_seconds = min(statement_seconds, PUBLIC_STATEMENT_TIMEOUT_SECONDS)
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url, settings, statement_seconds),
        "SQLALCHEMY_BINDS": reader_binds(url, settings, engine_options(url, settings, public_seconds)),
    }


def set_up_engines(settings: Settings, statement_seconds: int) -> list[Availability]:
    """Configure what is not part of an engine's URL or connection options; needs an application context.

    Returns what is known of the servers that public requests read from.
    """
    keyring = Keyring(settings.secret_key, settings.secret_key_fallbacks, settings.has_persistent_key)
    sender = SyslogSender(settings.syslog) if settings.syslog else None
    db.engine.update_execution_options(
        **{
            KEYRING_OPTION: keyring,
            SYSLOG_OPTION: sender,
            LIST_OPTION: disabled_accounts_list(settings),
            outbox.SETTINGS_OPTION: settings,
        }
    )
    servers: defaultdict[object, Availability] = defaultdict(Availability)
    for bind, engine in db.engines.items():
        is_public = bind == READER_BIND
        timing.measure(engine, "public" if is_public else "staff")
        seconds = min(statement_seconds, PUBLIC_STATEMENT_TIMEOUT_SECONDS) if is_public else statement_seconds
        guard(engine, seconds, servers[server_of(engine)])
    if READER_BIND in db.engines and db.engine.dialect.name == "sqlite":
        restrict_sqlite_reader(db.engines[READER_BIND])
    refresh.store_for(db.engine).max_staleness = settings.max_staleness
    return [servers[server_of(db.engines.get(READER_BIND) or db.engine)]]


def server_of(engine: Engine) -> object:
    """The same for engines that connect to the same server."""
    return engine.url.host, engine.url.port, engine.url.query.get("host")


def disabled_accounts_list(settings: Settings) -> Path | None:
    """The file of services.accounts.disabled_accounts; None for PostgreSQL without PORTAL_STATE."""
    url = parse_database_url(settings.database_url)
    if settings.state_folder:
        return Path(settings.state_folder) / FILE_NAME
    return path_beside(Path(url.database or "")) if url.drivername == "sqlite" and is_file_database(url) else None


def start_serving(app: Flask) -> None:
    """Start what a process needs that serves: its index, its threads, and in one of them files and mail."""
    refuse_other_tables(app)
    keep_index_current(app)
    iati_file.start(app)
    send_mail_in_background(app)


def refuse_other_tables(app: Flask) -> None:
    """Exit with a one-line message if this version must not run on the tables of the database; for server processes."""
    with app.app_context():
        if mismatch := compatibility.mismatch_at_start():
            _exit(mismatch)


def index_files(app: Flask) -> SharedFiles | None:
    """The files by which the processes of this machine share the index; None if each holds its own."""
    settings: Settings = app.extensions["settings"]
    return shared_files(settings.snapshots_folder, settings.database_url)


def keep_index_current(app: Flask) -> None:
    """Build the search index before the first request and refresh it in the background; for server processes."""

    settings: Settings = app.extensions["settings"]
    logs.configure(settings.log_format)
    with app.app_context():
        refresh.store_for(db.engine).files = index_files(app)

    def load() -> None:
        for availability in app.extensions["availabilities"]:
            availability.watching_thread = threading.get_ident()
        with app.app_context():
            current.keep_projects_ready()
            current.share_snapshot()
            keep_words_ready()
            db.session.remove()

    def check_tables() -> None:
        with app.app_context():
            app.extensions[compatibility.MISMATCH] = compatibility.mismatch_now()

    refresh.start_watcher(check_tables, _SECONDS_BETWEEN_LOOKS_AT_TABLES)
    refresh.start_watcher(load)
    # A page request that waits for a thread that makes a file gets its turn after this time.
    sys.setswitchinterval(_SWITCH_SECONDS)
    # Everything allocated so far lives as long as the process; frozen, the garbage collector no longer traverses it.
    gc.collect()
    gc.freeze()


def close_connections(app: Flask) -> None:
    """Close the connections to the database that nobody uses; those that only read first, as they cannot tidy up."""
    with app.app_context():
        for engine in sorted(db.engines.values(), key=lambda engine: engine is db.engine):
            engine.dispose()


def send_mail_in_background(app: Flask) -> None:
    """Send what the outbox holds from one process of the server; for server processes."""
    mail_worker.start(app)


def from_environment(*, statement_seconds: int = STATEMENT_TIMEOUT_SECONDS) -> Flask:
    """The application configured from the environment; exits with a one-line message if a setting is wrong."""
    try:
        return create_app(Settings.from_environment(os.environ), statement_seconds=statement_seconds)
    except ConfigurationError as error:
        _exit(str(error))


def from_environment_for_commands() -> Flask:
    """The same for commands, whose statements may take as long as they like."""
    app = from_environment(statement_seconds=0)
    # SQLite takes its log into the file when the last connection is closed.
    atexit.register(close_connections, app)
    settings: Settings = app.extensions["settings"]
    # What a command prints is its result; what it logs is for the log, unless somebody sits there.
    if settings.log_format == "json" and not sys.stderr.isatty():
        logs.configure("json")
    return app


def _exit(reason: str) -> NoReturn:
    logs.say(f"The portal does not start: {reason}", logging.ERROR)
    # On this exit code gunicorn's master stops instead of restarting the worker forever.
    raise SystemExit(4) from ConfigurationError(reason)


command_line = cli.CommandLine(
    create_app=from_environment_for_commands,
    add_default_commands=False,
    load_dotenv=False,
    help="The portal's commands.",
)
# Found before the application is made: it says what is wrong with settings that make none.
command_line.add_command(cli.doctor)
