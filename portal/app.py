"""create_app: puts the house together. Reads like a table of contents."""

from __future__ import annotations

import os
import sys

from flask import Flask
from flask.cli import FlaskGroup
from flask_compress import Compress

from portal import cli
from portal.config import ROOT, Settings
from portal.errors import Misconfigured
from portal.models import db, sqlite_engine_options
from portal.search import directory, shelf
from portal.web import BLUEPRINTS, assets, error_pages, headers, kept, rendering


def create_app(settings: Settings) -> Flask:
    """The application for these settings; writes nothing anywhere."""
    app = Flask("portal", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=1_000_000,
        COMPRESS_MIMETYPES=[
            "text/html", "text/css", "text/javascript", "image/svg+xml", "application/json", "text/plain",
        ],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
    )  # fmt: skip
    app.extensions["settings"] = settings
    db.init_app(app)
    with app.app_context():
        shelf.of(db.engine).patience = settings.patience
    assets.init_app(app, ROOT / "static")
    rendering.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    error_pages.init_app(app)
    headers.init_app(app)
    Compress(app)
    kept.init_app(app, ROOT, settings.page_cache)
    for command in cli.COMMANDS:
        app.cli.add_command(command)
    return app


def engine_options(database_url: str) -> dict[str, object]:
    if database_url.startswith("sqlite"):
        return sqlite_engine_options()
    return {"pool_pre_ping": True, "pool_size": 16}


def stay_current(app: Flask) -> None:
    """Make the index before the first visitor asks, and keep it current from then on; for a process that serves."""

    def look() -> None:
        with app.app_context():
            directory.current()

    shelf.watch(look)


def from_environment() -> Flask:
    """The application as the environment describes it; ends the process with one line if it cannot be."""
    try:
        return create_app(Settings.from_environment(os.environ))
    except Misconfigured as why:
        # gunicorn's master stops at this code instead of starting the worker again and again.
        print(f"The portal does not start: {why}", file=sys.stderr)
        raise SystemExit(4) from None


command_line = FlaskGroup(
    create_app=from_environment, add_default_commands=False, load_dotenv=False, help="The portal's commands."
)
