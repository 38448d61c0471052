"""The pages that set up a second factor: the QR code with its secret, and the recovery codes."""

from __future__ import annotations

from flask import Response, make_response, render_template

from portal.database.orm import db
from portal.models import AccountSession
from portal.services.accounts import authentication, second_factor
from portal.web.accounts.forms import CodeForm
from portal.web.http import request_context


def render_enrolment(form: CodeForm, auth_session: AccountSession, *, action: str, status: int = 200) -> Response:
    """The QR code and the secret, until a code sent to `action` confirms them."""
    enrolment = authentication.enrolment(db.session(), auth_session, issuer=request_context.totp_issuer())
    body = render_template(
        "accounts/set_up_second_factor.html",
        form=form,
        secret=enrolment.secret,
        qr=second_factor.qr_svg(enrolment.uri),
        action=action,
    )
    return make_response(body, status)


def render_recovery_codes(codes: tuple[str, ...], target: str) -> Response:
    """The recovery codes, shown once; the page leads on to `target`."""
    return make_response(render_template("accounts/recovery_codes.html", codes=codes, target=target))
