"""A digest of the program, its templates and its settings, so that a new version never answers with old pages."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask

_PRINTED_SETTINGS = (
    *("public_url", "operator", "contact", "licence", "licence_url"),
    *("iati_organisation", "iati_organisation_name", "iati_organisation_type", "is_iati_primary"),
)
_SUFFIXES = (".py", ".html", ".csv", ".css", ".js", ".svg", ".mo")


def compute_build_id(app: Flask, *folders: Path) -> str:
    """The digest of all files in the folders and of the settings that pages and files print."""
    settings = app.extensions["settings"]
    digest = hashlib.sha256(repr([getattr(settings, name) for name in _PRINTED_SETTINGS]).encode())
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SUFFIXES:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def init_app(app: Flask, root: Path) -> None:
    """Set app.extensions["build_id"]."""
    app.extensions["build_id"] = compute_build_id(app, Path(app.root_path), root / "templates", root / "static")
