"""Who may use which address: declared for each view, looked up in the database at each request, refused otherwise.

A view carries `@needs("author")`, or its endpoint stands in OPEN (anyone; never looks at a cookie) or in ENTRANCE
(anyone; reads the session: the pages for signing in). Views that read and views that write are separate functions, so
each method has its own declaration. An application with a view that declares nothing does not start.

    @bp.get("/staff/projects/new")
    @needs("author")
    def new_project(): ...              # current() is the Account, session_row() its AccountSession
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, g, make_response, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import PUBLIC_SESSION_FLAG, db
from portal.database.transactions import begin_writing
from portal.errors import Forbidden, ReauthenticationRequired
from portal.models import Account, AccountSession
from portal.services.accounts import sessions
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from portal.web.http import error_pages
from portal.web.http.request_context import client_address
from portal.web.presentation import navigation
from portal.web.presentation.i18n import gettext
from portal.web.security import cookies, csrf, resubmission

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC_ENDPOINTS = frozenset(
    {
        "static",
        # In development only.
        "components.show_components",
        "health.alive", "health.ready",
        "overview.agenda", "overview.data_and_research", "overview.home", "overview.where_we_work",
        "pages.page",
        "projects.directory", "projects.history", "projects.project",
    }
)  # fmt: skip
SIGN_IN_ENDPOINTS = frozenset(
    {
        "sign_in.sign_in", "sign_in.try_password", "sign_in.code", "sign_in.try_code",
        "sign_in.enrol", "sign_in.finish_enrolment", "sign_in.sign_out", "sign_in.session_state",
        "sign_in.reauthenticate", "email_change.show_link", "email_change.use_link",
        "password_reset.show_forgotten", "password_reset.request_link", "password_reset.show_link",
        "password_reset.use_link",
    }
)  # fmt: skip
RETRY_AFTER_SECONDS = 30
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_READS = {"GET", "HEAD"}


def require_role(role: str, *, in_background: bool = False) -> Callable[[View], View]:
    """Only accounts with this role or a higher one may use the view.

    `in_background`: the page asks by itself (a timer), so asking does not keep the session alive.
    """
    wanted = Role(role)

    def declare(view: View) -> View:
        view.needs = wanted  # type: ignore[attr-defined]
        view.in_background = in_background  # type: ignore[attr-defined]
        return view

    return declare


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
    endpoint = request.endpoint
    is_public = endpoint is None or endpoint in PUBLIC_ENDPOINTS
    db.session.info[PUBLIC_SESSION_FLAG] = is_public
    if is_public:
        return None
    load_session()
    if request.method not in csrf.SAFE_METHODS:
        if not csrf.is_same_origin():
            return resubmission.refuse_cross_site()
        if not csrf.is_valid():
            return resubmission.refuse_stale() if endpoint in SIGN_IN_ENDPOINTS else resubmission.offer_resubmission()
    view = current_view()
    if endpoint in SIGN_IN_ENDPOINTS:
        return None
    if current_user() is None:
        return require_sign_in()
    wanted = getattr(view, "needs", None)
    if wanted is None or not has_role(signed_in_account().role, wanted):
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
    session, found = db.session(), auth_session()
    if sessions.is_due_for_touch(found):
        try:
            begin_writing(session)
            sessions.touch(session, found)
            session.commit()
        except OperationalError:
            # Busy or full: the page can still be read, and the next request tries again.
            session.rollback()


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
    is_form = request.method == "POST" and hasattr(current_view(), "needs") and csrf.is_same_origin()
    # The page must do without the database, and so without the name of the person.
    g.auth_session = None
    response = resubmission.offer_retry() if is_form else error_pages.status_page(503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def on_reauthentication_required(_: ReauthenticationRequired) -> Response:
    db.session.rollback()
    return resubmission.offer_reauthentication()


def record_refusal(account: Account, reason: str) -> None:
    """An audit event of a refusal, in a transaction of its own."""
    session = db.session()
    try:
        begin_writing(session)
        recording.record(
            session, "refused", "address", quote(request.path)[:64], after={"why": reason[:200]}, by=account
        )
        session.commit()
    except OperationalError:
        session.rollback()


def current_view() -> Callable[..., Any]:
    return current_app.view_functions[str(request.endpoint)]


def forbid_caching(response: Response) -> Response:
    """After each request that looked at a cookie: nobody but this browser may keep the answer, and not for later."""
    if g.get("reads_session"):
        response.headers["Cache-Control"] = "private, no-store"
        cookies.set_new_device(response)
    return response


def undeclared_views(app: Flask) -> list[str]:
    """What the views fail to declare, in words; an application with any of these does not start."""
    found = []
    for endpoint, view in app.view_functions.items():
        is_open = endpoint in PUBLIC_ENDPOINTS or endpoint in SIGN_IN_ENDPOINTS
        if is_open == hasattr(view, "needs"):
            found.append(f"{endpoint} is neither guarded by needs(...) nor listed open, or it is both")
    for rule in app.url_map.iter_rules():
        methods = set(rule.methods or ()) - {"OPTIONS"}
        if methods & _WRITES and methods & _READS:
            found.append(f"{rule.endpoint} reads and writes in one view: split it, each with its own needs(...)")
        if methods & _WRITES and rule.endpoint in PUBLIC_ENDPOINTS:
            found.append(f"{rule.endpoint} writes, but is open without a look at the form token")
    return found


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
