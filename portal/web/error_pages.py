"""Errors as pages: what happened, what to do next; needs neither database nor htmx."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError
from werkzeug.wrappers import Response as WSGIResponse

from portal.errors import Missing
from portal.web.language import gettext

_log = logging.getLogger(__name__)


def words(status: int) -> tuple[str, list[str]]:
    """Heading and advice for a status."""
    if status == 404:
        return gettext("This page is not here"), [
            gettext(
                "The address may be mistyped, or it belongs to the former site. Project records keep their address "
                "for good: if you have an ID such as LM.0024, search for it."
            )
        ]
    if status == 405:
        return gettext("This address does not take that kind of request"), [
            gettext("Open the page again from the menu, and repeat what you wanted to do.")
        ]
    if status == 413:
        return gettext("That was too large"), [gettext("Send less at once. Nothing was stored.")]
    if status >= 500:
        return gettext("Something failed on our side"), [
            gettext(
                "You did nothing wrong, and nothing you sent was half saved. Try again in a minute. "
                "If it keeps failing, send us the code below and we can find what happened."
            )
        ]
    return gettext("This request could not be understood"), [
        gettext("Check the address, or start again from the list of projects.")
    ]


def page(status: int) -> Response:
    heading, advice = words(status)
    try:
        body = render_template(
            "errors/error.html",
            status=status,
            heading=heading,
            advice=advice,
            request_id=g.get("request_id", "") if status >= 500 else "",
            at=datetime.now(UTC),
            show_search=status == 404,
            retry_url=request.full_path.rstrip("?") if status >= 500 and request.method == "GET" else "",
        )
    except Exception as why:
        # What broke the page may break the error page too; then plain words must do.
        _log.error("request %s: no error page for %s", g.get("request_id"), status, exc_info=why)
        return plain(status, [heading, *advice, g.get("request_id", "")])
    return unkept(make_response(body, status))


def plain(status: int, lines: list[str]) -> Response:
    """An answer that needs no template."""
    response = make_response("\n\n".join(lines) + "\n", status)
    response.mimetype = "text/plain"
    return unkept(response)


def unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    # An htmx request that fails must not put its address into the bar: the list still shows the old one.
    response.headers["HX-Push-Url"] = "false"
    return response


def on_http(error: HTTPException) -> WSGIResponse:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    response = page(error.code or 500)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def on_foreign_host(_: SecurityError) -> Response:
    """The request names a host that is not ours: no page of ours, since its links could not be right."""
    return plain(400, [gettext("This portal does not answer under the name that was asked for.")])


def on_missing(_: Missing) -> Response:
    return page(404)


def on_failure(error: Exception) -> Response:
    _log.error("request %s failed: %s %s", g.get("request_id"), request.method, request.path, exc_info=error)
    return page(InternalServerError.code)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(SecurityError, on_foreign_host)
    app.register_error_handler(Missing, on_missing)
    app.register_error_handler(Exception, on_failure)
