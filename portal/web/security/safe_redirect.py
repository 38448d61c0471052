"""The target of the redirect after signing in: only existing staff pages, never another site."""

from __future__ import annotations

import re

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal.web.declarations import required_role

DEFAULT_TARGET = "/staff/"
_MAX_LENGTH = 500
_STAFF_PATH = re.compile(r"/staff/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/?)*(?:\?[A-Za-z0-9._~=&%+-]*)?")


def safe_redirect_target(address: str, *, method: str = "GET") -> str:
    """The address if a view with `@require_role` serves it for this method, otherwise the desk."""
    if len(address) > _MAX_LENGTH or not _STAFF_PATH.fullmatch(address):
        return DEFAULT_TARGET
    try:
        adapter = current_app.create_url_adapter(request)
        endpoint = adapter.match(address.partition("?")[0], method=method)[0] if adapter else ""
    except (HTTPException, RequestRedirect):
        return DEFAULT_TARGET
    return address if required_role(current_app.view_functions.get(endpoint)) else DEFAULT_TARGET
