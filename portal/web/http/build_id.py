"""A digest of the program, its templates and its settings, so that a new version never answers with old pages."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask

_SUFFIXES = (".py", ".html", ".csv", ".css", ".js", ".svg", ".mo")


def compute_build_id(app: Flask, *folders: Path) -> str:
    """The digest of all files in the folders and of the settings that pages print."""
    settings = app.extensions["settings"]
    digest = hashlib.sha256(repr((settings.public_url, settings.operator, settings.contact)).encode())
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SUFFIXES:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def init_app(app: Flask, root: Path) -> None:
    """Set app.extensions["build_id"]."""
    app.extensions["build_id"] = compute_build_id(app, Path(app.root_path), root / "templates", root / "static")
