"""Resubmits a POST after the session expired: sign in again, then send the same fields.

For developers of staff forms. Between opening and submitting a form, the session may end (401), the user may sign in
again in another tab (403), or the action may require a recent authentication (401, ReauthenticationRequired).

* A plain form needs nothing: the response is a page that carries every field of the POST as a hidden input, asks for
  the missing credentials, and then posts the same fields to the same URL with a new CSRF token; without JavaScript, by
  one more button.
* `<form method="post" data-check-session>`: with JavaScript, static/js/staff.js first requests /sign-in/state, opens
  the dialog of templates/staff_frame.html if the session has ended, and then submits the form.
* Requests from scripts: `await staff.send(url, {method: "POST", body: new FormData(form)})` is fetch with the CSRF
  token. On 401 it shows a notice whose button opens the dialog, and the caller sends again on the event
  staff:signed-in; on 403 with the header Portal-CSRF-Token it repeats the request with that token. htmx requests that
  get a 401 show the same notice and are repeated after the sign-in.
"""

from __future__ import annotations

import logging
from typing import Literal

from flask import Response, current_app, g, make_response, render_template, request, url_for

from portal.web.http import error_pages
from portal.web.presentation.i18n import gettext
from portal.web.security import csrf

DIALOG_HEADER, NEW_TOKEN_HEADER = "Portal-Dialog", "Portal-CSRF-Token"  # headers
CARRIED_PREFIX = "carried-"
# Below the limits of request_limits, because the carried fields are posted together with those of the sign-in.
_MAX_CARRIED_FIELDS, _MAX_CARRIED_BYTES = 900, 450_000

_log = logging.getLogger(__name__)
FormFields = list[tuple[str, str]]
Mode = Literal["sign in", "reauthenticate", "resend", "retry"]


def offer_sign_in() -> Response:
    """401: the session has ended; ask to sign in, and carry the fields."""
    return _offer("sign in", 401)


def offer_reauthentication() -> Response:
    """401: the action needs the password and code again."""
    return _offer("reauthenticate", 401)


def offer_resubmission() -> Response:
    """403: the form was rendered for another session; carry the fields, and ask to confirm with one button."""
    if g.get("auth_session") is None:
        return offer_sign_in()
    response = _offer("resend", 403)
    response.headers[NEW_TOKEN_HEADER] = csrf.csrf_token()
    return response


def offer_retry() -> Response:
    """503: the database did not answer; carry the fields. The idempotency key makes a second submission harmless."""
    return _offer("retry", 503)


def refuse_stale() -> Response:
    """403 for a sign-in form of another session; leads to the page of the form, if it has one."""
    adapter = current_app.create_url_adapter(request)
    has_page = adapter is not None and adapter.test(method="GET")
    return error_pages.render_error(
        403,
        gettext("This form has expired, or cookies are off"),
        gettext("Nothing was changed. Open the page again. If this happens again, allow cookies for this site."),
        action=(gettext("Open the page again"), request.path)
        if has_page
        else (gettext("Sign in"), url_for("sign_in.sign_in")),
    )


def refuse_cross_site() -> Response:
    """403 for a POST that does not come from our own pages; its fields are not carried."""
    return error_pages.render_error(
        403,
        gettext("This form was not sent from this portal"),
        gettext("Nothing was changed. Open the page on this site and repeat what you did."),
    )


def is_in_background() -> bool:
    """Whether a script sent this request, so that its page stays as it is and nobody reads a page in answer."""
    return DIALOG_HEADER in request.headers or "HX-Request" in request.headers


def sent_fields() -> FormFields | None:
    """Every field of this POST except its CSRF token, in order; None if there is too much to carry."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != csrf.FIELD]
    size = sum(len(name.encode()) + len(value.encode()) for name, value in fields)
    return fields if len(fields) <= _MAX_CARRIED_FIELDS and size <= _MAX_CARRIED_BYTES else None


def carried_fields() -> FormFields:
    """The fields carried by an earlier page, under their original names."""
    return [
        (name[len(CARRIED_PREFIX) :], value)
        for name, value in request.form.items(multi=True)
        if name.startswith(CARRIED_PREFIX)
    ]


def render_page(
    mode: Mode, status: int, *, target: str, fields: FormFields | None, method: str = "POST", error: str = ""
) -> Response:
    """The page that carries the fields to the local URL `target`; with None it says that there were too many."""
    body = render_template(
        "accounts/resubmit.html",
        mode=mode,
        target=target,
        fields=fields,
        method=method,
        carried_prefix=CARRIED_PREFIX,
        error=error,
        is_confirmed=status == 200,
    )
    return make_response(body, status)


def failure_message(outcome: str, seconds: int) -> str:
    """The message that says why signing in again failed."""
    if outcome == "limited":
        return gettext("Too many attempts. Wait %(num)s minutes, then try again.", num=max(1, -(-seconds // 60)))
    if outcome == "enrolment":
        return gettext("Set up a second factor first: sign in on another page, then come back to this one.")
    return wrong_credentials_message()


def wrong_credentials_message() -> str:
    return gettext("Your password or code is wrong. Check both. Each code works only once.")


def _offer(mode: Mode, status: int) -> Response:
    if is_in_background():
        message = gettext(
            "Not saved. Your changes are still on this page. Try again; sign in first if you are asked to."
        )
        return make_response(message, status)
    fields = sent_fields()
    if fields is None:
        _log.warning("request %s: the form is too large to be carried through a sign-in", g.get("request_id"))
    return render_page(mode, status, target=request.full_path.rstrip("?"), fields=fields, method=request.method)
