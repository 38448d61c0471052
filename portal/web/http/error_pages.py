"""Error pages: what happened and what to do. They need neither the database nor htmx."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, SecurityError
from werkzeug.wrappers import Response as WSGIResponse

from portal import logs
from portal.database.diagnostics import UNAVAILABLE
from portal.database.orm import db
from portal.errors import (
    DecryptionFailed,
    InvalidLink,
    InvalidTransition,
    NotFound,
    PortalError,
    RateLimited,
    TextSearchUnavailable,
    ValidationFailed,
)
from portal.web.http import problems
from portal.web.http.languages import choice
from portal.web.http.request_context import own_path
from portal.web.http.responses import no_store
from portal.web.presentation.i18n import gettext, ngettext

# How long to wait while the database does not answer.
RETRY_AFTER_SECONDS = 30
TEXT_PARAMETER = "q"

Link = tuple[str, str]

_log = logging.getLogger(__name__)


def heading_and_advice(status: int) -> tuple[str, ...]:
    """Heading and advice for a status."""
    if status == 403:
        return gettext("You do not have permission"), gettext("Nothing was changed. Go back, or ask an administrator.")
    if status == 404:
        return gettext("Page not found"), gettext(
            "Check that the address is correct; it may be an address of the former site. Addresses of project records "
            "do not change. If you have an ID such as LM.0024, search for it."
        )
    if status == 405:
        return gettext("This request is not possible at this address"), gettext(
            "Open the page again from the menu and repeat what you did."
        )
    if status in (411, 415):
        return gettext("This form cannot be read"), gettext(
            "Your changes were not saved. Open the page on this site and use the form there."
        )
    if status == 413:
        return gettext("The form is too large"), gettext("Your changes were not saved. Send less at once.")
    if status >= 500:
        return gettext("Sorry, there is a problem with the service"), gettext(
            "If you submitted a form, it was not saved. Try again in a minute. If this happens again, send us the code "
            "below, so that we can find out why."
        )
    return gettext("This request could not be understood"), gettext(
        "Check the address, or start again from the list of projects."
    )


def status_page(status: int) -> Response:
    return render_error(status, *heading_and_advice(status))


def render_error(
    status: int,
    heading: str,
    *advice: str,
    retry_after: int = 0,
    action: Link | None = None,
    detour: Link | None = None,
) -> Response:
    """An error page with this text.

    `retry_after` is the number of seconds before another attempt makes sense, `action` the label and URL of what to
    do next, `detour` those of what may be done instead. The API answers with a problem document instead.
    """
    if problems.is_api_request():
        return problems.for_status(status, heading, *advice, retry_after=retry_after)
    try:
        body = render_template(
            "errors/error.html",
            status=status,
            heading=heading,
            advice=advice,
            action=action,
            detour=detour,
            request_id=g.get("request_id", "") if status >= 500 else "",
            at=datetime.now(UTC),
            show_search=status == 404,
            retry_url=retry_url() if status >= 500 and request.method == "GET" else "",
            language_choices=choice.start_choices,
        )
    except Exception as error:
        # The fault that broke the page may break the error page too.
        _log.error("request %s: the error page for %s failed", g.get("request_id"), status, exc_info=error)
        return plain_text(status, [heading, *advice, g.get("request_id", "")])
    return add_error_headers(make_response(body, status), retry_after)


def retry_url() -> str:
    """The address of this request, with its query string."""
    query = request.query_string.decode("ascii", "replace")
    return f"{own_path()}?{query}" if query else own_path()


def plain_text(status: int, lines: list[str]) -> Response:
    """A response that needs no template."""
    response = make_response("\n\n".join(lines) + "\n", status)
    response.mimetype = "text/plain"
    return add_error_headers(response)


def add_error_headers(response: Response, retry_after: int = 0) -> Response:
    no_store(response)
    # After a failed htmx request the list is still the old one, so the address bar must not change.
    response.headers["HX-Push-Url"] = "false"
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def rate_limited(seconds: int) -> Response:
    """429 with the time to wait; the same whether or not the account exists."""
    minutes = max(1, -(-seconds // 60))
    wait = ngettext(
        "Wait a minute, then try again. Nothing was changed.",
        "Wait %(num)s minutes, then try again. Nothing was changed.",
        minutes,
    )
    return render_error(429, gettext("Too many attempts"), wait, retry_after=seconds)


def on_http_exception(error: HTTPException) -> WSGIResponse:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    if isinstance(error, MethodNotAllowed) and not _answers_to(error.valid_methods or ()):
        return status_page(404)
    response = status_page(error.code or 500)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _answers_to(methods: Iterable[str]) -> bool:
    """Whether this URL exists for one of the methods; Werkzeug names some before it has converted the URL's parts."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and any(adapter.test(method=method) for method in methods)


def on_untrusted_host(_: SecurityError) -> Response:
    """400 in plain text for an unknown host name: a page would have links to that host."""
    advice = gettext("This portal does not answer requests for this host name.")
    if problems.is_api_request():
        return problems.for_status(400, gettext("This request could not be understood"), advice)
    return plain_text(400, [advice])


def on_not_found(_: NotFound) -> Response:
    return status_page(404)


def on_invalid_transition(error: InvalidTransition) -> Response:
    db.session.rollback()
    return render_error(
        409,
        gettext("This action is not possible now"),
        str(error),
        gettext("Open the page again to see why."),
    )


def on_validation_failed(error: ValidationFailed) -> Response:
    """422 for input that no form of the portal sends; forms show errors beside their fields."""
    db.session.rollback()
    return render_error(422, gettext("There is a problem"), *(str(field_error) for field_error in error.errors))


def on_rate_limited(error: RateLimited) -> Response:
    db.session.rollback()
    return rate_limited(error.retry_after)


def busy(retry_after: int) -> Response:
    """503 for a request that did not get its turn; nothing was done."""
    return render_error(
        503,
        gettext("Too many requests at once"),
        gettext("Nothing is wrong with your request, and nothing was changed. Send it again in a few seconds."),
        retry_after=retry_after,
    )


def on_invalid_link(error: InvalidLink) -> Response:
    db.session.rollback()
    return render_error(410, gettext("This link no longer works"), str(error))


def on_text_search_unavailable(error: TextSearchUnavailable) -> Response:
    """503, with the way to the same search without its text."""
    db.session.rollback()
    path = own_path()
    rest = [(name, value) for name, value in request.args.items(multi=True) if name != TEXT_PARAMETER]
    return render_error(
        503,
        heading_and_advice(503)[0],
        str(error) + " " + gettext("Filters work without it."),
        retry_after=RETRY_AFTER_SECONDS,
        detour=(gettext("Search without words"), f"{path}?{urlencode(rest)}" if rest else path),
    )


def on_decryption_failed(error: DecryptionFailed) -> Response:
    """503: only the operator can help; the page and the log say how."""
    log_failure(error)
    return render_error(503, gettext("This second factor cannot be checked now"), str(error))


def log_failure(error: Exception) -> None:
    """Log the failure and roll the session back: a database that is away in one line, the unforeseen with its stack."""
    # The URL rule, not the path, which may contain the token of a one-time link.
    where = request.url_rule.rule if request.url_rule else "no rule"
    request_id = g.get("request_id")
    if isinstance(error, (*UNAVAILABLE, PortalError)):
        _log.error("request %s refused: %s %s: %s", request_id, request.method, where, logs.describe(error))
    else:
        _log.error("request %s failed: %s %s", request_id, request.method, where, exc_info=error)
    try:
        db.session.rollback()
    except SQLAlchemyError:
        # The connection is lost.
        db.session.close()


def on_unhandled_error(error: Exception) -> Response:
    log_failure(error)
    # The error page must render without the database, so it cannot show the name of the account.
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
    app.register_error_handler(TextSearchUnavailable, on_text_search_unavailable)
    app.register_error_handler(DecryptionFailed, on_decryption_failed)
    app.register_error_handler(Exception, on_unhandled_error)
