"""What a POST may carry: a form of known length that arrives whole, with so many fields of such a size.

`check` runs before anything reads the form, `check_fields` once the guard has let the request pass.
"""

from __future__ import annotations

from flask import Flask, Response, abort, g, make_response, render_template, request

from portal.web.http import error_pages
from portal.web.presentation.i18n import gettext
from portal.web.security import csrf, resubmission

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
MAX_BODY_BYTES = 1_000_000  # bytes
MAX_FIELD_BYTES = 500_000  # bytes of UTF-8
MAX_FIELDS = 1_000
# What is in these is never printed back.
_SECRET_FIELDS = frozenset({"password", "current_password", "code"})


def check_body() -> None:
    """End the request with 411, 413 or 415, or with 400 where its body breaks off; never read more than BODY_MOST."""
    if request.method in csrf.SAFE_METHODS or request.endpoint is None:
        return
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        # No browser sends a form in chunks, and a proxy that takes it in first knows its length.
        abort(411)
    # A server that says its stream ends by itself hides that a body broke off, and half a form looks like a whole one.
    request.environ.pop("wsgi.input_terminated", None)
    if request.content_length and request.mimetype not in (URLENCODED, MULTIPART):
        abort(415)
    # Werkzeug counts the parts of the other kind itself.
    if request.mimetype == URLENCODED and request.get_data().count(b"&") >= MAX_FIELDS:
        abort(413)


def check_fields() -> Response | None:
    """413 for a field that is too long, which is named; the form of someone signed in comes back to be shortened."""
    if request.method in csrf.SAFE_METHODS or (request.content_length or 0) <= MAX_FIELD_BYTES:
        return None
    for name, value in request.form.items(multi=True):
        if len(value.encode("utf-8", "surrogatepass")) > MAX_FIELD_BYTES:
            return field_too_long(name, value)
    return None


def field_too_long(name: str, value: str) -> Response:
    heading = gettext("One field is too long")
    advice = gettext(
        "The field “%(name)s” holds %(count)s characters; about %(most)s can be sent at once. Nothing was stored.",
        name=name[:40], count=f"{len(value):,}", most=f"{MAX_FIELD_BYTES:,}",
    )  # fmt: skip
    in_background = resubmission.DIALOG_HEADER in request.headers or "HX-Request" in request.headers
    if g.get("auth_session") is None or in_background or not _SECRET_FIELDS.isdisjoint(request.form):
        return error_pages.render_error(413, heading, advice)
    rest = [pair for pair in request.form.items(multi=True) if pair[0] not in (name, csrf.FIELD)]
    to = request.full_path.rstrip("?")
    page = render_template(
        "errors/field_too_long.html",
        heading=heading,
        advice=advice,
        target=to,
        name=name,
        value=value,
        other_fields=rest,
    )
    return make_response(page, 413)


def init_app(app: Flask) -> None:
    """Call it before the guard, which reads the form."""
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES, MAX_FORM_PARTS=MAX_FIELDS)
    app.before_request(check_body)
