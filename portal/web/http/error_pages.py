"""Errors as pages: what happened, what to do next; needs neither database nor htmx."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from flask import Flask, Response, g, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import db
from portal.errors import BadLink, Incomplete, Missing, SealedAway, TooMany, WrongStep
from portal.web.presentation.i18n import gettext, ngettext

_log = logging.getLogger(__name__)


def words(status: int) -> tuple[str, ...]:
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


def page(status: int) -> Response:
    return say(status, *words(status))


def say(status: int, heading: str, *advice: str, seconds: int = 0) -> Response:
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
        return plain(status, [heading, *advice, g.get("request_id", "")])
    return unkept(make_response(body, status), seconds)


def plain(status: int, lines: list[str]) -> Response:
    """An answer that needs no template."""
    response = make_response("\n\n".join(lines) + "\n", status)
    response.mimetype = "text/plain"
    return unkept(response)


def unkept(response: Response, seconds: int = 0) -> Response:
    response.headers["Cache-Control"] = "no-store"
    # An htmx request that fails must not put its address into the bar: the list still shows the old one.
    response.headers["HX-Push-Url"] = "false"
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def limited(seconds: int) -> Response:
    """429, with when to try again; the same whether or not there is such an account."""
    minutes = max(1, -(-seconds // 60))
    wait = ngettext(
        "Wait a minute, then try again. Nothing was done.",
        "Wait %(num)s minutes, then try again. Nothing was done.",
        minutes,
    )
    return say(429, gettext("Too many tries"), wait, seconds=seconds)


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


def on_wrong_step(error: WrongStep) -> Response:
    db.session.rollback()
    return say(409, gettext("This step is not possible now"), str(error), gettext("Open the page again to see why."))


def on_incomplete(error: Incomplete) -> Response:
    """What a form could not have sent; forms show their faults beside the fields."""
    db.session.rollback()
    return say(422, gettext("This cannot be stored as it is"), *(str(fault) for fault in error.faults))


def on_too_many(error: TooMany) -> Response:
    db.session.rollback()
    return limited(error.seconds)


def on_bad_link(error: BadLink) -> Response:
    db.session.rollback()
    return say(410, gettext("This link does not work any more"), str(error))


def on_sealed_away(error: SealedAway) -> Response:
    """503: only the operator can help, and reads here and in the log how."""
    log_failure(error)
    return say(503, gettext("This second factor cannot be checked now"), str(error))


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


def on_failure(error: Exception) -> Response:
    log_failure(error)
    # The page must do without the database, and so without the name of the person.
    g.session_row = None
    return page(InternalServerError.code)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(SecurityError, on_foreign_host)
    app.register_error_handler(Missing, on_missing)
    app.register_error_handler(WrongStep, on_wrong_step)
    app.register_error_handler(Incomplete, on_incomplete)
    app.register_error_handler(TooMany, on_too_many)
    app.register_error_handler(BadLink, on_bad_link)
    app.register_error_handler(SealedAway, on_sealed_away)
    app.register_error_handler(Exception, on_failure)
