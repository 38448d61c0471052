"""Static files: served from memory under URLs that contain their hash, so that browsers may cache them forever."""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path, PurePosixPath

import brotli
import rcssmin
from flask import Flask, abort, request
from werkzeug.wrappers import Response

from portal.web.declarations import one_address, public

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_URL = re.compile(r'url\("\.\./\.\./([^"]+)"\)')
# The folders of static/css, each a cascade layer of layers.css.
_STYLE_FOLDERS = ("tokens", "base", "layout", "components", "pages", "utilities")
# A pseudo-class of a descendant, such as `.map :is(text, .key)`.
_PSEUDO_CLASS = re.compile(r"(?<=[\w)\]&]) :(?=(?:is|where|not|has)\()")
_IMMUTABLE = "public, max-age=31536000, immutable"
# A fixed table, because the mimetypes of the operating system differ between machines.
_MIME_TYPES = {
    ".css": "text/css",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
# The picture that other sites show beside a link to ours.
_SHARED = "img/preview."
_COMPRESSED_TYPES = (".ico", ".png")
# A smaller file fits into one network packet anyway.
_MIN_COMPRESSED_BYTES = 500
# Best compression first; each at its highest level, because a file is compressed only once.
_COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, quality=11),
    "zstd": lambda body: zstd.compress(body, 22),
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
}


@dataclass(frozen=True)
class Asset:
    """One file: its content, its media type, and its URL with the hash."""

    body: bytes
    mimetype: str
    url: str
    is_compressible: bool


def load_assets(folder: Path) -> dict[str, Asset]:
    """All files below a folder by name, except style sheets."""
    assets: dict[str, Asset] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix in _MIME_TYPES and path.suffix != ".css":
            assets[name] = make_asset(name, path.read_bytes())
    return assets


def style_sheets(folder: Path) -> list[Path]:
    """The parts of the style sheet: folders in the order of the cascade layers, files by name within one."""
    return [path for layer in _STYLE_FOLDERS for path in sorted((folder / "css" / layer).glob("*.css"))]


def read_style_sheets(folder: Path) -> dict[str, str]:
    """The text of each sheet by name: `layers.css`, then the reset in its own layer, then the rest in cascade order."""
    reset = next((folder / "vendor").glob("modern-normalize-*/modern-normalize.css"))
    paths = [folder / "css" / "layers.css", reset, *style_sheets(folder)]
    sheets = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    name = reset.relative_to(folder).as_posix()
    return sheets | {name: f"@layer normalize {{\n{sheets[name]}\n}}"}


def minified(css: str) -> str:
    """The style sheet without what browsers do not need."""
    # In @layer and @container rcssmin takes `.map :is(…)` for a declaration and joins both; `*` changes nothing else.
    small: str = rcssmin.cssmin(_PSEUDO_CLASS.sub(" *:", css))
    return small


def style_assets(folder: Path, assets: dict[str, Asset], *, is_joined: bool) -> dict[str, Asset]:
    """The style sheets by name, in cascade order: all joined and minified as `site.css`, or each one unchanged."""
    sheets = {
        name: _URL.sub(lambda match: f'url("{assets[match[1]].url}")', css)
        for name, css in read_style_sheets(folder).items()
    }
    if is_joined:
        sheets = {"site.css": minified("\n".join(sheets.values()))}
    return {name: make_asset(name, css.encode()) for name, css in sheets.items()}


def make_asset(name: str, body: bytes) -> Asset:
    path = PurePosixPath(name)
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(
        body=body,
        mimetype=_MIME_TYPES[path.suffix],
        url=f"/static/{path.with_suffix('')}.{digest}{path.suffix}",
        is_compressible=path.suffix not in _COMPRESSED_TYPES and len(body) >= _MIN_COMPRESSED_BYTES,
    )


@cache
def compressed_body(asset: Asset, algorithm: str) -> bytes:
    """The compressed body; compressed on first use, then cached."""
    return _COMPRESSORS[algorithm](asset.body)


def serve(by_url: dict[str, Asset], path: str) -> Response:
    """One static file; 404 for a URL without the current hash."""
    asset = by_url.get(f"/static/{path}") or abort(404)
    digest = path.rsplit(".", 2)[1]
    algorithm = request.accept_encodings.best_match(_COMPRESSORS) if asset.is_compressible else None
    if algorithm:
        response = Response(compressed_body(asset, algorithm), mimetype=asset.mimetype)
        response.headers["Content-Encoding"] = algorithm
        response.set_etag(f"{digest}-{algorithm}")
    else:
        response = Response(asset.body, mimetype=asset.mimetype)
        response.set_etag(digest)
    response.headers["Cache-Control"] = _IMMUTABLE
    if path.startswith(_SHARED):
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response.make_conditional(request)


def init_app(app: Flask, folder: Path) -> None:
    """Read the files once and give templates `static_url(name)` and `style_sheets`, a list of URLs."""
    assets = load_assets(folder)
    sheets = style_assets(folder, assets, is_joined=not app.extensions["settings"].has_separate_styles)
    by_url = {asset.url: asset for asset in (*assets.values(), *sheets.values())}
    app.add_url_rule("/static/<path:path>", "static", one_address(public(partial(serve, by_url))))
    app.jinja_env.globals["static_url"] = lambda name: assets[name].url
    app.jinja_env.globals["style_sheets"] = [sheet.url for sheet in sheets.values()]
