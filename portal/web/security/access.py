"""Access control: each view declares who may use it; every request checks the session in the database.

A view carries `@require_role("author")`, `@public`, `@sign_in_page` or `@signed_link` (see web.declarations). An
application with a view that declares nothing does not start. Behind `@require_role`, `signed_in_account()` is the
Account and `auth_session()` its AccountSession.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, make_response, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as WSGIResponse

from portal import metrics
from portal.database.diagnostics import UNAVAILABLE
from portal.database.orm import db
from portal.database.public_reader import end_use, use_session
from portal.database.transactions import transaction
from portal.errors import Busy, Forbidden, IncompatibleTables, ReauthenticationRequired
from portal.models import Account, AccountSession
from portal.services.accounts import clock, sessions
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.services.operations.compatibility import MISMATCH
from portal.vocabulary.workflow import Role, role_name, state_name
from portal.web.declarations import declared_access, required_role
from portal.web.http import error_pages, typed_text
from portal.web.http.languages import choice
from portal.web.http.request_context import client_address
from portal.web.presentation import navigation
from portal.web.presentation.i18n import SOURCE, current_language, gettext, in_page_language
from portal.web.security import cookies, csrf, resubmission, safe_redirect

RETRY_AFTER_SECONDS = 30
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_READS = {"GET", "HEAD"}
_ON_ANY_TABLES = {"health.alive", "health.ready", "static"}
_STAFF = "/staff/"
_SIGN_IN_FORMS = {"sign_in.try_password", "sign_in.try_code"}


def signed_in_account() -> Account:
    """The account of the request; only in views with `@require_role`."""
    return auth_session().account


def auth_session() -> AccountSession:
    """The session of the request; only in views with `@require_role`, or where `current_user()` is not None."""
    session: AccountSession = g.auth_session
    return session


def current_user() -> Account | None:
    """The signed-in account, for the layout; None if there is none, and on public pages."""
    session = g.get("auth_session")
    return session.account if session is not None and session.stage == Stage.COMPLETE else None


def has_role(role: str, required: str) -> bool:
    """Whether a role includes the permissions of another: each role includes the ones before it."""
    return list(Role).index(Role(role)) >= list(Role).index(Role(required))


def check_access() -> Response | WSGIResponse | None:
    """Run before each request; None lets the request pass."""
    view = current_view()
    refuse_on_other_tables()
    if view is None and request.path.startswith(_STAFF) and current_language() == SOURCE:
        # There is nothing here; whoever is signed in reads so in the language of the account.
        use_session(is_public=False)
        load_session()
        return None
    is_public = view is None or declared_access(view) == "public"
    use_session(is_public=is_public)
    if is_public:
        return None
    if declared_access(view) == "signed link":
        begin_without_session()
        return None
    load_session()
    is_sign_in_page = declared_access(view) == "sign-in page"
    if request.method not in csrf.SAFE_METHODS:
        if not csrf.is_same_origin():
            return resubmission.refuse_cross_site()
        if not csrf.is_valid():
            return refuse_stale_sign_in() if is_sign_in_page else resubmission.offer_resubmission()
        if not resubmission.is_in_background():
            typed_text.mark_own_form()
    if is_sign_in_page:
        return None
    if current_user() is None:
        return require_sign_in()
    role = required_role(view)
    if role is None or not has_role(signed_in_account().role, role):
        raise Forbidden(gettext("Your account does not have permission to do this. Ask an administrator if it should."))
    if not getattr(view, "in_background", False):
        keep_alive()
    return None


def refuse_on_other_tables() -> None:
    """Serve nothing but health and static files while the tables are those of a version that does not fit this one."""
    mismatch = current_app.extensions.get(MISMATCH)
    if mismatch and request.endpoint not in _ON_ANY_TABLES:
        # For the page that carries what was typed, as in load_session.
        g.session_token = cookies.read(cookies.SESSION)
        raise IncompatibleTables(mismatch)


def refuse_stale_sign_in() -> Response | WSGIResponse:
    """A sign-in form that was opened before somebody signed in, or out, in another tab.

    Whoever is signed in already goes on to where the form would have led.
    """
    if current_user() is not None and request.endpoint in _SIGN_IN_FORMS:
        return redirect(safe_redirect.safe_redirect_target(request.form.get("next", "")), 303)
    return resubmission.refuse_stale()


def load_session() -> None:
    """Load the session named by the cookie into `g`, and set the author of audit events for this request."""
    session = db.session()
    token = cookies.read(cookies.SESSION)
    g.reads_session = True
    # Set before the query: if the database fails, the page that carries the form still needs a token of this session.
    g.session_token = token
    reading = clock.read(session)
    if reading.is_set_back:
        with transaction(session):
            clock.settle(session)
    g.auth_session = sessions.find(session, token, not_before=reading.moment)
    g.session_token = token if g.auth_session is not None else ""
    account = g.auth_session.account if g.auth_session is not None else None
    choice.speak(account.language if account is not None else "")
    recording.set_origin(session, account=account, request_id=g.get("request_id", ""), client_address=client_address())


def begin_without_session() -> None:
    """Nobody is signed in for a signed link, whatever cookies its request has; audit events say where it came from."""
    g.auth_session, g.session_token = None, ""
    recording.set_origin(
        db.session(), account=None, request_id=g.get("request_id", ""), client_address=client_address()
    )


def keep_alive() -> None:
    """Extend the session, at most once a minute."""
    if sessions.is_due_for_touch(auth_session()):
        # If the database is busy or full, the page is still served, and the next request tries again.
        with suppress(*UNAVAILABLE), transaction(db.session()) as session:
            sessions.touch(session, auth_session())


def require_sign_in() -> Response | WSGIResponse:
    """Redirect to the sign-in page; a POST gets a page that carries its fields through the sign-in."""
    if request.method not in csrf.SAFE_METHODS:
        return resubmission.offer_sign_in()
    target = url_for("sign_in.sign_in", next=request.full_path.rstrip("?"))
    if request.headers.get("HX-Request") != "true":
        return redirect(target)
    response = make_response(gettext("You are signed out."), 401)
    # A page with staff.js shows a notice instead, so that the form stays as it is.
    if request.headers.get(resubmission.DIALOG_HEADER) != "true":
        response.headers["HX-Redirect"] = target
    return response


def on_forbidden(error: Forbidden) -> Response:
    """403 with the reason; the refusal is recorded in the audit log."""
    account = current_user()
    db.session.rollback()
    if account is not None:
        record_refusal(account, error)
    return error_pages.render_error(403, gettext("You do not have permission"), str(error))


def on_database_unavailable(error: SQLAlchemyError | IncompatibleTables) -> Response:
    """503 if the database is UNAVAILABLE or not of this version; a staff form is returned with what was sent."""
    error_pages.log_failure(error)
    # The error page must render without the database, so it cannot show the name of the account.
    g.auth_session = None
    response = resubmission.offer_retry() if is_staff_form() else error_pages.status_page(503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def on_busy(error: Busy) -> Response:
    """503 for whoever did not get a turn (see gates); a staff form is returned with everything that was submitted."""
    db.session.rollback()
    metrics.REFUSALS.labels("page" if request.method in csrf.SAFE_METHODS else "form").inc()
    response = resubmission.offer_retry() if is_staff_form() else error_pages.busy(error.retry_after)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def is_staff_form() -> bool:
    """Whether the request is a form of our own pages that only staff may send; no other one is given back.

    Checked here too, because the database may fail before check_access has run.
    """
    return request.method == "POST" and required_role(current_view()) is not None and csrf.is_same_origin()


def on_reauthentication_required(_: ReauthenticationRequired) -> Response:
    db.session.rollback()
    return resubmission.offer_reauthentication()


def record_refusal(account: Account, error: Forbidden) -> None:
    """Record a refusal in the audit log, in a separate transaction."""
    address, details = quote(request.path)[:64], {"why": error.english[:200]}
    with suppress(*UNAVAILABLE), transaction(db.session()) as session:
        recording.record(session, "refused", "address", address, after=details, by=account)


def current_view() -> Callable[..., Any] | None:
    """The view of the request; None if no URL rule matches."""
    endpoint = request.endpoint
    return current_app.view_functions[endpoint] if endpoint is not None else None


def forbid_caching(response: Response) -> Response:
    """Forbid every cache to store a response for which a cookie was read."""
    if g.get("reads_session"):
        response.headers["Cache-Control"] = "private, no-store"
        cookies.set_new_device(response)
    return response


def undeclared_views(app: Flask) -> list[str]:
    """The errors in the declarations of the views; the application does not start if there are any."""
    errors = [
        f"{endpoint} declares no access: add require_role(...), public, sign_in_page or signed_link"
        for endpoint, view in app.view_functions.items()
        if declared_access(view) is None
    ]
    for rule in app.url_map.iter_rules():
        methods = set(rule.methods or ()) - {"OPTIONS"}
        if methods & _WRITES and methods & _READS:
            errors.append(f"{rule.endpoint} reads and writes in one view: split it into two")
        if methods & _WRITES and declared_access(app.view_functions[rule.endpoint]) == "public":
            errors.append(f"{rule.endpoint} writes, but is public, so its CSRF token is not checked")
    return errors


def init_app(app: Flask) -> None:
    """Check access before every request; call it once all views are registered."""
    if undeclared := undeclared_views(app):
        raise RuntimeError("; ".join(undeclared))
    app.register_error_handler(Forbidden, on_forbidden)
    for unavailable in (*UNAVAILABLE, IncompatibleTables):
        app.register_error_handler(unavailable, on_database_unavailable)
    app.register_error_handler(Busy, on_busy)
    app.register_error_handler(ReauthenticationRequired, on_reauthentication_required)
    app.session_interface = cookies.FlashCookie()
    app.before_request(check_access)
    app.after_request(forbid_caching)
    app.teardown_request(lambda _error: end_use())
    app.jinja_env.globals.update(csrf_input=csrf.csrf_input, typed_texts=typed_text.typed_texts)
    # `svg` is for the QR code, which segno draws from the URI that second_factor builds.
    app.jinja_env.filters.update(has_role=has_role, svg=Markup)
    names = {"role_name": role_name, "state_name": state_name}
    app.jinja_env.filters.update({name: in_page_language(function) for name, function in names.items()})
    app.context_processor(lambda: {"current_user": current_user(), "staff_menu": navigation.STAFF_MENU})
