"""A one-time link for somebody else: mailed, or shown once to the administrator who made it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for

from portal.services import mail
from portal.services.accounts import notifications
from portal.services.accounts.one_time_links import IssuedLink
from portal.web.http import request_context
from portal.web.http.responses import ViewResponse
from portal.web.presentation.i18n import gettext


def deliver_link(link: IssuedLink) -> ViewResponse:
    """Send the link by email, or show it once if the portal cannot send email."""
    settings = request_context.settings()
    if mail.send_in_background(notifications.link_email(link, settings), settings):
        message = gettext(
            "A link has been sent to %(email)s. It works once, within %(time)s.", email=link.email, time=link.validity
        )
        flash(message)
        return redirect(url_for("accounts.list_accounts"), 303)
    return render_template("admin/one_time_link.html", link=link, link_url=link.url(settings.public_url))
