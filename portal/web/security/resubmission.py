"""A form that was sent too late: the person signs in again, and what was typed goes on from there.

For who builds staff forms. Three things can have happened between opening a form and sending it: the session ended
(401), the person signed in anew in another tab (403), or the act asks for a fresh proof (401, from StepUpNeeded).

* A plain form needs nothing: the answer is a page that carries every field of the POST as a hidden input, asks for what
  is missing, and then offers one button that sends the same fields to the same address with a new form token.
* `<form method="post" data-check-session>`: with script, static/js/staff.js asks /sign-in/state first, opens
  the dialog of templates/staff_frame.html where the session is over, and then sends the form itself.
* Own requests: `await staff.send(address, {method: "POST", body: new FormData(form)})` is fetch with the form token;
  on 401 it opens the dialog and repeats the request once, on 403 with the header Portal-CSRF-Token it repeats it with
  that token. htmx requests that meet 401 open the same dialog and are repeated.
"""

from __future__ import annotations

import logging
from typing import Literal

from flask import Response, g, make_response, render_template, request

from portal.web.http import error_pages
from portal.web.presentation.i18n import gettext
from portal.web.security import csrf

DIALOG_HEADER, NEW_TOKEN_HEADER = "Portal-Dialog", "Portal-CSRF-Token"  # headers
CARRIED_PREFIX = "carried-"
# A form is bounded (web.bodies); what is carried must still fit when sign-in fields are added.
_MAX_CARRIED_FIELDS, _MAX_CARRIED_BYTES = 900, 450_000

_log = logging.getLogger(__name__)
FormFields = list[tuple[str, str]]
Mode = Literal["sign in", "reauthenticate", "resend", "retry"]


def offer_sign_in() -> Response:
    """401: the session is over; ask to sign in, and keep what was sent."""
    return _offer("sign in", 401)


def offer_reauthentication() -> Response:
    """401: the act needs the password and code once more."""
    return _offer("reauthenticate", 401)


def offer_resubmission() -> Response:
    """403: the form belongs to another session than the present one; keep what was sent, for one press of a button."""
    if g.get("auth_session") is None:
        return offer_sign_in()
    response = _offer("resend", 403)
    response.headers[NEW_TOKEN_HEADER] = csrf.csrf_token()
    return response


def offer_retry() -> Response:
    """503: the database did not answer; keep what was sent. Its key makes a second sending harmless."""
    return _offer("retry", 503)


def refuse_stale() -> Response:
    return error_pages.render_error(
        403,
        gettext("This form is too old, or cookies are off"),
        gettext("Nothing was done. Allow cookies for this site, open the page again and repeat what you wanted to do."),
    )


def refuse_cross_site() -> Response:
    """403 for a POST that does not come from our own pages; nothing of it is kept."""
    return error_pages.render_error(
        403,
        gettext("This did not come from a page of this portal"),
        gettext("Nothing was done. Open the page here and repeat what you wanted to do."),
    )


def sent_fields() -> FormFields | None:
    """Every field of the present POST but its token, in order; None when it is too much to carry."""
    found = [(name, value) for name, value in request.form.items(multi=True) if name != csrf.FIELD]
    size = sum(len(name.encode()) + len(value.encode()) for name, value in found)
    return found if len(found) <= _MAX_CARRIED_FIELDS and size <= _MAX_CARRIED_BYTES else None


def carried_fields() -> FormFields:
    """The fields that an earlier answer carried, with their own names."""
    return [
        (name[len(CARRIED_PREFIX) :], value)
        for name, value in request.form.items(multi=True)
        if name.startswith(CARRIED_PREFIX)
    ]


def render_page(
    mode: Mode, status: int, *, target: str, fields: FormFields | None, method: str = "POST", error: str = ""
) -> Response:
    """The page that carries the fields to the local address `to`; it says so where they are too many (None)."""
    body = render_template(
        "accounts/resubmit.html",
        mode=mode,
        target=target,
        fields=fields,
        method=method,
        carried_prefix=CARRIED_PREFIX,
        error=error,
    )
    return make_response(body, status)


def failure_message(outcome: str, seconds: int) -> str:
    """Why signing in again failed, in words."""
    if outcome == "limited":
        return gettext("Too many tries. Wait %(num)s minutes, then try again.", num=max(1, -(-seconds // 60)))
    if outcome == "enrolment":
        return gettext("A second factor has to be set up first. Sign in on another page, then come back to this one.")
    return wrong_credentials_message()


def wrong_credentials_message() -> str:
    return gettext("Your password or code is wrong. Check both. Each code works only once.")


def _offer(mode: Mode, status: int) -> Response:
    if request.headers.get(DIALOG_HEADER) == "true" or request.headers.get("HX-Request") == "true":
        said = gettext("Not stored. What you typed is still on this page: try again, after signing in if asked to.")
        return make_response(said, status)
    kept = sent_fields()
    if kept is None:
        _log.warning("request %s: a form was too large to be carried through a sign-in", g.get("request_id"))
    return render_page(mode, status, target=request.full_path.rstrip("?"), fields=kept, method=request.method)
