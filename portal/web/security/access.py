"""Access control: each view declares who may use it; every request checks the session in the database.

A view carries `@require_role("author")`, `@public` or `@sign_in_page` (see web.declarations). An application with a
view that declares nothing does not start. Behind `@require_role`, `signed_in_account()` is the Account and
`auth_session()` its AccountSession.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, make_response, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import PUBLIC_SESSION_FLAG, db
from portal.database.transactions import transaction
from portal.errors import Forbidden, ReauthenticationRequired
from portal.models import Account, AccountSession
from portal.services.accounts import sessions
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from portal.web.declarations import declared_access, required_role
from portal.web.http import error_pages
from portal.web.http.request_context import client_address
from portal.web.presentation import navigation
from portal.web.presentation.i18n import gettext
from portal.web.security import cookies, csrf, resubmission

RETRY_AFTER_SECONDS = 30
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_READS = {"GET", "HEAD"}


def signed_in_account() -> Account:
    """The account of the request; only behind `needs`."""
    return auth_session().account


def auth_session() -> AccountSession:
    """The session of the request; only behind `needs`, or in ENTRANCE where `person()` is not None."""
    found: AccountSession = g.auth_session
    return found


def current_user() -> Account | None:
    """The account of the request where one is signed in, for the frame of pages; None on public pages."""
    found = g.get("auth_session")
    return found.account if found is not None and found.stage == Stage.COMPLETE else None


def has_role(role: str, required: str) -> bool:
    """Whether a role reaches as far as another: each may do what the one before may."""
    return list(Role).index(Role(role)) >= list(Role).index(Role(required))


def role_name(role: str) -> str:
    return {
        Role.AUTHOR: gettext("author"),
        Role.REVIEWER: gettext("reviewer"),
        Role.ADMINISTRATOR: gettext("administrator"),
    }[Role(role)]


def check_access() -> Response | WSGIResponse | None:
    """Before each request: None lets it pass."""
    view = current_view()
    is_public = view is None or declared_access(view) == "public"
    db.session.info[PUBLIC_SESSION_FLAG] = is_public
    if is_public:
        return None
    load_session()
    is_sign_in_page = declared_access(view) == "sign-in page"
    if request.method not in csrf.SAFE_METHODS:
        if not csrf.is_same_origin():
            return resubmission.refuse_cross_site()
        if not csrf.is_valid():
            return resubmission.refuse_stale() if is_sign_in_page else resubmission.offer_resubmission()
    if is_sign_in_page:
        return None
    if current_user() is None:
        return require_sign_in()
    role = required_role(view)
    if role is None or not has_role(signed_in_account().role, role):
        raise Forbidden(gettext("Your account may not do this. Ask an administrator if it should."))
    if not getattr(view, "in_background", False):
        keep_alive()
    return None


def load_session() -> None:
    """Put the living session of the cookie into `g`, and say on whose behalf the request writes."""
    session = db.session()
    token = cookies.read(cookies.SESSION)
    g.reads_session = True
    # Should the database not answer now, the page that keeps what was typed is bound to this session all the same.
    g.session_token = token
    g.auth_session = sessions.find(session, token)
    g.session_token = token if g.auth_session is not None else ""
    account = g.auth_session.account if g.auth_session is not None else None
    recording.set_origin(session, account=account, request_id=g.get("request_id", ""), client_address=client_address())


def keep_alive() -> None:
    """Extend the session, at most once a minute."""
    if sessions.is_due_for_touch(auth_session()):
        # The database is busy or full: the page can still be read, and the next request tries again.
        with suppress(OperationalError), transaction(db.session()) as session:
            sessions.touch(session, auth_session())


def require_sign_in() -> Response | WSGIResponse:
    """What someone gets who is not signed in (any more): the way in, and nothing typed is lost."""
    if request.method not in csrf.SAFE_METHODS:
        return resubmission.offer_sign_in()
    target = url_for("sign_in.sign_in", next=request.full_path.rstrip("?"))
    if request.headers.get("HX-Request") != "true":
        return redirect(target)
    response = make_response(gettext("You are signed out."), 401)
    # A page with staff.js opens a dialog instead, and keeps what was typed.
    if request.headers.get(resubmission.DIALOG_HEADER) != "true":
        response.headers["HX-Redirect"] = target
    return response


def on_forbidden(error: Forbidden) -> Response:
    """403 with the reason, and an audit event of it."""
    account = current_user()
    db.session.rollback()
    if account is not None:
        record_refusal(account, str(error))
    return error_pages.render_error(403, gettext("You may not do this here"), str(error))


def on_database_unavailable(error: OperationalError) -> Response:
    """503 where the database is stopped, busy or full; a form of staff comes back with all that was sent."""
    error_pages.log_failure(error)
    # What came from elsewhere is never carried, and the database may have failed before anyone looked.
    is_form = request.method == "POST" and required_role(current_view()) is not None and csrf.is_same_origin()
    # The page must do without the database, and so without the name of the person.
    g.auth_session = None
    response = resubmission.offer_retry() if is_form else error_pages.status_page(503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def on_reauthentication_required(_: ReauthenticationRequired) -> Response:
    db.session.rollback()
    return resubmission.offer_reauthentication()


def record_refusal(account: Account, reason: str) -> None:
    """Record a refusal in the audit log, in a separate transaction."""
    address, details = quote(request.path)[:64], {"why": reason[:200]}
    with suppress(OperationalError), transaction(db.session()) as session:
        recording.record(session, "refused", "address", address, after=details, by=account)


def current_view() -> Callable[..., Any] | None:
    """The view of the request; None where no rule matches its address."""
    return current_app.view_functions[request.endpoint] if request.endpoint is not None else None


def forbid_caching(response: Response) -> Response:
    """After each request that looked at a cookie: nobody but this browser may keep the answer, and not for later."""
    if g.get("reads_session"):
        response.headers["Cache-Control"] = "private, no-store"
        cookies.set_new_device(response)
    return response


def undeclared_views(app: Flask) -> list[str]:
    """What is missing in the declarations of the views; an application with any of these does not start."""
    faults = [
        f"{endpoint} declares no access: add require_role(...), public or sign_in_page"
        for endpoint, view in app.view_functions.items()
        if declared_access(view) is None
    ]
    for rule in app.url_map.iter_rules():
        methods = set(rule.methods or ()) - {"OPTIONS"}
        if methods & _WRITES and methods & _READS:
            faults.append(f"{rule.endpoint} reads and writes in one view: split it into two")
        if methods & _WRITES and declared_access(app.view_functions[rule.endpoint]) == "public":
            faults.append(f"{rule.endpoint} writes, but is public, so its CSRF token is not checked")
    return faults


def init_app(app: Flask) -> None:
    """Guard every address; call it once all views are registered."""
    if undeclared := undeclared_views(app):
        raise RuntimeError("; ".join(undeclared))
    app.register_error_handler(Forbidden, on_forbidden)
    app.register_error_handler(OperationalError, on_database_unavailable)
    app.register_error_handler(ReauthenticationRequired, on_reauthentication_required)
    app.before_request(check_access)
    app.after_request(forbid_caching)
    app.jinja_env.globals.update(csrf_input=csrf.csrf_input)
    # The one drawing that is not a template's own: made by segno from what second_factor gives it.
    app.jinja_env.filters.update(has_role=has_role, role_name=role_name, svg=Markup)
    app.context_processor(lambda: {"current_user": current_user(), "staff_menu": navigation.STAFF_MENU})
