"""Static files: served from memory under an address that carries their hash, so that they are kept for good."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import rcssmin
from flask import Flask, abort, request
from werkzeug.wrappers import Response

_URL = re.compile(r'url\("\.\./([^"]+)"\)')
_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file: what is sent, its media type, and its address with the hash."""

    body: bytes
    mimetype: str
    address: str


def read(folder: Path) -> dict[str, Asset]:
    """All files below a folder by name, and the joined style sheet `site.css`."""
    assets: dict[str, Asset] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix in (".js", ".svg", ".png", ".ico", ".txt"):
            assets[name] = asset(name, path.read_bytes())
    css = joined(folder)
    css = _URL.sub(lambda found: f'url("{assets[found[1]].address}")', css)
    assets["site.css"] = asset("site.css", rcssmin.cssmin(css).encode())
    return assets


def joined(folder: Path) -> str:
    """The parts of the style sheet in the order of their names; the reset goes into its layer after the first."""
    first, *rest = sorted((folder / "css").glob("*.css"))
    reset = next((folder / "vendor").glob("modern-normalize-*/modern-normalize.css"))
    normalize = f"@layer normalize {{\n{reset.read_text(encoding='utf-8')}\n}}"
    return "\n".join([first.read_text(encoding="utf-8"), normalize, *(p.read_text(encoding="utf-8") for p in rest)])


def asset(name: str, body: bytes) -> Asset:
    stem, dot, ending = name.rpartition(".")
    digest = hashlib.sha256(body).hexdigest()[:12]
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(body, mimetype, f"/static/{stem}.{digest}{dot}{ending}")


def serve(by_address: dict[str, Asset], path: str) -> Response:
    """One static file; an address without the right hash is not there."""
    found = by_address.get(f"/static/{path}") or abort(404)
    response = Response(found.body, mimetype=found.mimetype)
    response.headers["Cache-Control"] = _FOR_GOOD
    response.set_etag(path.rsplit(".", 2)[1])
    return response.make_conditional(request)


class Compressed(dict[str, bytes]):
    """Compressed static files by algorithm and address; pages are never kept here."""

    def set(self, key: str, value: bytes) -> None:
        if "/static/" in key:
            self[key] = value


def init_app(app: Flask, folder: Path) -> None:
    """Read the files once and give templates `static_url(name)`."""
    assets = read(folder)
    by_address = {found.address: found for found in assets.values()}
    app.add_url_rule("/static/<path:path>", "static", partial(serve, by_address))
    app.jinja_env.globals["static_url"] = lambda name: assets[name].address
    kept = Compressed()
    app.config["COMPRESS_CACHE_BACKEND"] = lambda: kept
    app.config["COMPRESS_CACHE_KEY"] = lambda asked: asked.path
