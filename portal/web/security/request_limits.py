"""Limits on POST bodies: a form of declared length that arrives complete, with limited fields of limited size.

`check_body` runs before anything reads the form, `check_fields` after access.check_access has let the request pass.
"""

from __future__ import annotations

from flask import Flask, Response, abort, g, make_response, render_template, request

from portal.web.http import error_pages
from portal.web.presentation import formatting
from portal.web.presentation.i18n import gettext
from portal.web.security import csrf, resubmission

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
MAX_BODY_BYTES = 1_000_000  # bytes
MAX_FIELD_BYTES = 500_000  # bytes of UTF-8
MAX_FIELDS = 1_000
# The values of these are never rendered.
_SECRET_FIELDS = frozenset({"password", "current_password", "code"})


def check_body() -> None:
    """Refuse the request with 411, 413, 415, or 400 for an incomplete body; never read more than MAX_BODY_BYTES."""
    if request.method in csrf.SAFE_METHODS or request.endpoint is None:
        return
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        # No browser sends a form in chunks, and a proxy that buffers the request sends its length.
        abort(411)
    # With this flag Werkzeug does not notice a body shorter than declared, and half a form would pass as complete.
    request.environ.pop("wsgi.input_terminated", None)
    if request.content_length and request.mimetype not in (URLENCODED, MULTIPART):
        abort(415)
    # Werkzeug limits the parts of multipart forms itself.
    if request.mimetype == URLENCODED and request.get_data().count(b"&") >= MAX_FIELDS:
        abort(413)


def check_fields() -> Response | None:
    """413 that names a field that is too long; a signed-in user gets the form back to shorten it."""
    if request.method in csrf.SAFE_METHODS or (request.content_length or 0) <= MAX_FIELD_BYTES:
        return None
    for name, value in request.form.items(multi=True):
        if len(value.encode("utf-8", "surrogatepass")) > MAX_FIELD_BYTES:
            return field_too_long(name, value)
    return None


def field_too_long(name: str, value: str) -> Response:
    heading = gettext("One field is too long")
    advice = gettext(
        "The field “%(name)s” has %(count)s characters; the limit is about %(limit)s. Your changes were not saved.",
        name=name[:40], count=formatting.number(len(value)), limit=formatting.number(MAX_FIELD_BYTES),
    )  # fmt: skip
    if g.get("auth_session") is None or resubmission.is_in_background() or not _SECRET_FIELDS.isdisjoint(request.form):
        return error_pages.render_error(413, heading, advice)
    other_fields = [pair for pair in request.form.items(multi=True) if pair[0] not in (name, csrf.FIELD)]
    page = render_template(
        "errors/field_too_long.html",
        heading=heading,
        advice=advice,
        target=request.full_path.rstrip("?"),
        name=name,
        value=value,
        other_fields=other_fields,
    )
    return make_response(page, 413)


def init_app(app: Flask) -> None:
    """Call it before access.init_app, whose check reads the form."""
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES, MAX_FORM_PARTS=MAX_FIELDS)
    app.before_request(check_body)
