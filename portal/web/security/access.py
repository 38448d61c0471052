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

from portal.database.orm import IS_PUBLIC, db
from portal.database.transactions import begin_writing
from portal.errors import NotAllowed, StepUpNeeded
from portal.models import Account, AccountSession
from portal.services.accounts import sessions
from portal.services.accounts.sessions import Stage
from portal.services.audit import recording
from portal.vocabulary.workflow import Role
from portal.web.http import error_pages
from portal.web.http.request_context import address
from portal.web.presentation import navigation
from portal.web.presentation.i18n import gettext
from portal.web.security import cookies, csrf, resubmission

View = TypeVar("View", bound=Callable[..., Any])

OPEN = frozenset(
    {
        "static",
        "health.alive", "health.ready",
        "overview.agenda", "overview.data", "overview.home", "overview.where",
        "pages.page",
        "projects.directory", "projects.history", "projects.project",
    }
)  # fmt: skip
ENTRANCE = frozenset(
    {
        "signing_in.sign_in", "signing_in.try_password", "signing_in.code", "signing_in.try_code",
        "signing_in.enrol", "signing_in.finish_enrolment", "signing_in.sign_out", "signing_in.state",
        "signing_in.again", "email_changes.link", "email_changes.use_link",
        "passwords.forgotten", "passwords.ask_for_link", "passwords.link", "passwords.use_link",
    }
)  # fmt: skip
RETRY_SECONDS = 30
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_READS = {"GET", "HEAD"}


def needs(role: str, *, in_background: bool = False) -> Callable[[View], View]:
    """Only accounts with this role or a higher one may use the view.

    `in_background`: the page asks by itself (a timer), so asking does not keep the session alive.
    """
    wanted = Role(role)

    def declare(view: View) -> View:
        view.needs = wanted  # type: ignore[attr-defined]
        view.in_background = in_background  # type: ignore[attr-defined]
        return view

    return declare


def current() -> Account:
    """The account of the request; only behind `needs`."""
    return session_row().account


def session_row() -> AccountSession:
    """The session of the request; only behind `needs`, or in ENTRANCE where `person()` is not None."""
    found: AccountSession = g.session_row
    return found


def person() -> Account | None:
    """The account of the request where one is signed in, for the frame of pages; None on public pages."""
    found = g.get("session_row")
    return found.account if found is not None and found.stage == Stage.COMPLETE else None


def may(held: str, wanted: str) -> bool:
    """Whether a role reaches as far as another: each may do what the one before may."""
    return list(Role).index(Role(held)) >= list(Role).index(Role(wanted))


def role_name(role: str) -> str:
    return {
        Role.AUTHOR: gettext("author"),
        Role.REVIEWER: gettext("reviewer"),
        Role.ADMINISTRATOR: gettext("administrator"),
    }[Role(role)]


def check() -> Response | WSGIResponse | None:
    """Before each request: None lets it pass."""
    endpoint = request.endpoint
    is_public = endpoint is None or endpoint in OPEN
    db.session.info[IS_PUBLIC] = is_public
    if is_public:
        return None
    look_up()
    if request.method not in csrf.SAFE:
        if not csrf.is_same_origin():
            return resubmission.refuse_foreign()
        if not csrf.is_ours():
            return resubmission.refuse_stale() if endpoint in ENTRANCE else resubmission.offer_resend()
    view = current_view()
    if endpoint in ENTRANCE:
        return None
    if person() is None:
        return ask_to_sign_in()
    wanted = getattr(view, "needs", None)
    if wanted is None or not may(current().role, wanted):
        raise NotAllowed(gettext("Your account may not do this. Ask an administrator if it should."))
    if not getattr(view, "in_background", False):
        keep_alive()
    return None


def look_up() -> None:
    """Put the living session of the cookie into `g`, and say on whose behalf the request writes."""
    session = db.session()
    token = cookies.read(cookies.SESSION)
    g.is_staff = True
    # Should the database not answer now, the page that keeps what was typed is bound to this session all the same.
    g.token = token
    g.session_row = sessions.find(session, token)
    g.token = token if g.session_row is not None else ""
    account = g.session_row.account if g.session_row is not None else None
    recording.set_origin(session, account=account, request_id=g.get("request_id", ""), address=address())


def keep_alive() -> None:
    session, found = db.session(), session_row()
    if sessions.is_due_for_touch(found):
        try:
            begin_writing(session)
            sessions.touch(session, found)
            session.commit()
        except OperationalError:
            # Busy or full: the page can still be read, and the next request tries again.
            session.rollback()


def ask_to_sign_in() -> Response | WSGIResponse:
    """What someone gets who is not signed in (any more): the way in, and nothing typed is lost."""
    if request.method not in csrf.SAFE:
        return resubmission.offer_sign_in()
    target = url_for("signing_in.sign_in", next=request.full_path.rstrip("?"))
    if request.headers.get("HX-Request") != "true":
        return redirect(target)
    response = make_response(gettext("You are signed out."), 401)
    # A page with staff.js opens a dialog instead, and keeps what was typed.
    if request.headers.get(resubmission.DIALOG) != "true":
        response.headers["HX-Redirect"] = target
    return response


def on_not_allowed(error: NotAllowed) -> Response:
    """403 with the reason, and an audit event of it."""
    account = person()
    db.session.rollback()
    if account is not None:
        note_refusal(account, str(error))
    return error_pages.say(403, gettext("You may not do this here"), str(error))


def on_database(error: OperationalError) -> Response:
    """503 where the database is stopped, busy or full; a form of staff comes back with all that was sent."""
    error_pages.log_failure(error)
    # What came from elsewhere is never carried, and the database may have failed before anyone looked.
    is_form = request.method == "POST" and hasattr(current_view(), "needs") and csrf.is_same_origin()
    # The page must do without the database, and so without the name of the person.
    g.session_row = None
    response = resubmission.offer_retry() if is_form else error_pages.page(503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def on_step_up(_: StepUpNeeded) -> Response:
    db.session.rollback()
    return resubmission.offer_proof()


def note_refusal(account: Account, why: str) -> None:
    """An audit event of a refusal, in a transaction of its own."""
    session = db.session()
    try:
        begin_writing(session)
        recording.record(session, "refused", "address", quote(request.path)[:64], after={"why": why[:200]}, by=account)
        session.commit()
    except OperationalError:
        session.rollback()


def current_view() -> Callable[..., Any]:
    return current_app.view_functions[str(request.endpoint)]


def protect(response: Response) -> Response:
    """After each request that looked at a cookie: nobody but this browser may keep the answer, and not for later."""
    if g.get("is_staff"):
        response.headers["Cache-Control"] = "private, no-store"
        cookies.set_fresh_device(response)
    return response


def faults(app: Flask) -> list[str]:
    """What the views fail to declare, in words; an application with any of these does not start."""
    found = []
    for endpoint, view in app.view_functions.items():
        is_open = endpoint in OPEN or endpoint in ENTRANCE
        if is_open == hasattr(view, "needs"):
            found.append(f"{endpoint} is neither guarded by needs(...) nor listed open, or it is both")
    for rule in app.url_map.iter_rules():
        methods = set(rule.methods or ()) - {"OPTIONS"}
        if methods & _WRITES and methods & _READS:
            found.append(f"{rule.endpoint} reads and writes in one view: split it, each with its own needs(...)")
        if methods & _WRITES and rule.endpoint in OPEN:
            found.append(f"{rule.endpoint} writes, but is open without a look at the form token")
    return found


def init_app(app: Flask) -> None:
    """Guard every address; call it once all views are registered."""
    if undeclared := faults(app):
        raise RuntimeError("; ".join(undeclared))
    app.register_error_handler(NotAllowed, on_not_allowed)
    app.register_error_handler(OperationalError, on_database)
    app.register_error_handler(StepUpNeeded, on_step_up)
    app.before_request(check)
    app.after_request(protect)
    app.jinja_env.globals.update(form_token=csrf.hidden_input)
    # The one drawing that is not a template's own: made by segno from what second_factor gives it.
    app.jinja_env.filters.update(may=may, role_name=role_name, drawing=Markup)
    app.context_processor(lambda: {"person": person(), "staff_navigation": navigation.STAFF})
