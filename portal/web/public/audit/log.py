"""The published audit log, for whoever checks it: checkpoints, tiles and bundles, as `portal audit publish` wrote them.

The addresses are those of c2sp.org/tlog-tiles below /audit, so that other software reads them. They say how many events
there are, and nothing of any.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from portal.services.audit.log_folder import LogFolder
from portal.services.audit.tlog.tiles import TILE_ADDRESS
from portal.web.declarations import one_address, public
from portal.web.http.file_response import OPEN_HEADERS
from portal.web.http.request_context import settings

bp = Blueprint("public_audit_log", __name__, url_prefix="/audit")

# What has this address never changes.
_IMMUTABLE = "public, max-age=31536000, immutable"
_NOTE, _BINARY = "text/plain; charset=utf-8", "application/octet-stream"


@bp.get("/checkpoint")
@public
@one_address
def checkpoint() -> Response:
    """The newest checkpoint."""
    return _file("checkpoint", _NOTE)


@bp.get("/checkpoints/<int(max=999999999):size>")
@public
@one_address
def former_checkpoint(size: int) -> Response:
    """The first checkpoint of this many leaves."""
    return _file(f"checkpoints/{size}", _NOTE, cache_control=_IMMUTABLE)


@bp.get("/tile/<path:tile>")
@public
@one_address
def tile(tile: str) -> Response:
    """A tile of hashes, or a bundle of entries."""
    if not TILE_ADDRESS.fullmatch(tile):
        abort(404)
    return _file(f"tile/{tile}", _BINARY, cache_control=_IMMUTABLE)


def _file(name: str, content_type: str, *, cache_control: str = "public, no-cache") -> Response:
    content = LogFolder.from_settings(settings()).read(name)
    if content is None:
        abort(404)
    response = Response(content, content_type=content_type)
    response.headers.update(OPEN_HEADERS | {"Cache-Control": cache_control})
    response.add_etag()
    response.make_conditional(request)
    return response
