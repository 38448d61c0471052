"""Errors as pages: what happened, what to do next; needs neither database nor htmx."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from flask import Flask, Response, g, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import db
from portal.errors import DecryptionFailed, InvalidLink, InvalidTransition, NotFound, RateLimited, ValidationFailed
from portal.web.http.responses import no_store
from portal.web.presentation.i18n import gettext, ngettext

_log = logging.getLogger(__name__)


def heading_and_advice(status: int) -> tuple[str, ...]:
    """Heading and advice for a status."""
    if status == 403:
        return gettext("You may not do this here"), gettext("Nothing was changed. Go back, or ask an administrator.")
    if status == 404:
        return gettext("This page is not here"), gettext(
            "The address may be mistyped, or it belongs to the former site. Project records keep their address "
            "for good: if you have an ID such as LM.0024, search for it."
        )
    if status == 405:
        return gettext("This address does not take that kind of request"), gettext(
            "Open the page again from the menu, and repeat what you wanted to do."
        )
    if status in (411, 415):
        return gettext("This is not how the portal takes a form"), gettext(
            "Nothing was stored. Open the page here and send its own form."
        )
    if status == 413:
        return gettext("That was too large"), gettext("Send less at once. Nothing was stored.")
    if status >= 500:
        return gettext("Something failed on our side"), gettext(
            "You did nothing wrong, and nothing you sent was half saved. Try again in a minute. "
            "If it keeps failing, send us the code below and we can find what happened."
        )
    return gettext("This request could not be understood"), gettext(
        "Check the address, or start again from the list of projects."
    )


def status_page(status: int) -> Response:
    return render_error(status, *heading_and_advice(status))


def render_error(status: int, heading: str, *advice: str, retry_after: int = 0) -> Response:
    """An error page with these words; `seconds` until it is worth trying again."""
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
        return plain_text(status, [heading, *advice, g.get("request_id", "")])
    return add_error_headers(make_response(body, status), retry_after)


def plain_text(status: int, lines: list[str]) -> Response:
    """An answer that needs no template."""
    response = make_response("\n\n".join(lines) + "\n", status)
    response.mimetype = "text/plain"
    return add_error_headers(response)


def add_error_headers(response: Response, retry_after: int = 0) -> Response:
    no_store(response)
    # An htmx request that fails must not put its address into the bar: the list still shows the old one.
    response.headers["HX-Push-Url"] = "false"
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def rate_limited(seconds: int) -> Response:
    """429, with when to try again; the same whether or not there is such an account."""
    minutes = max(1, -(-seconds // 60))
    wait = ngettext(
        "Wait a minute, then try again. Nothing was done.",
        "Wait %(num)s minutes, then try again. Nothing was done.",
        minutes,
    )
    return render_error(429, gettext("Too many tries"), wait, retry_after=seconds)


def on_http_exception(error: HTTPException) -> WSGIResponse:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    response = status_page(error.code or 500)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def on_untrusted_host(_: SecurityError) -> Response:
    """The request names a host that is not ours: no page of ours, since its links could not be right."""
    return plain_text(400, [gettext("This portal does not answer under the name that was asked for.")])


def on_not_found(_: NotFound) -> Response:
    return status_page(404)


def on_invalid_transition(error: InvalidTransition) -> Response:
    db.session.rollback()
    return render_error(
        409, gettext("This step is not possible now"), str(error), gettext("Open the page again to see why.")
    )


def on_validation_failed(error: ValidationFailed) -> Response:
    """What a form could not have sent; forms show their faults beside the fields."""
    db.session.rollback()
    return render_error(422, gettext("This cannot be stored as it is"), *(str(fault) for fault in error.errors))


def on_rate_limited(error: RateLimited) -> Response:
    db.session.rollback()
    return rate_limited(error.retry_after)


def on_invalid_link(error: InvalidLink) -> Response:
    db.session.rollback()
    return render_error(410, gettext("This link does not work any more"), str(error))


def on_decryption_failed(error: DecryptionFailed) -> Response:
    """503: only the operator can help, and reads here and in the log how."""
    log_failure(error)
    return render_error(503, gettext("This second factor cannot be checked now"), str(error))


def log_failure(error: Exception) -> None:
    """Write down what failed, and give up what was not committed."""
    # The rule and not the address, which may hold the token of a link.
    where = request.url_rule.rule if request.url_rule else "no rule"
    _log.error("request %s failed: %s %s", g.get("request_id"), request.method, where, exc_info=error)
    try:
        db.session.rollback()
    except SQLAlchemyError:
        # The connection itself is gone.
        db.session.close()


def on_unhandled_error(error: Exception) -> Response:
    log_failure(error)
    # The page must do without the database, and so without the name of the person.
    g.auth_session = None
    return status_page(InternalServerError.code)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(SecurityError, on_untrusted_host)
    app.register_error_handler(NotFound, on_not_found)
    app.register_error_handler(InvalidTransition, on_invalid_transition)
    app.register_error_handler(ValidationFailed, on_validation_failed)
    app.register_error_handler(RateLimited, on_rate_limited)
    app.register_error_handler(InvalidLink, on_invalid_link)
    app.register_error_handler(DecryptionFailed, on_decryption_failed)
    app.register_error_handler(Exception, on_unhandled_error)
