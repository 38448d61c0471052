"""A one-time link for somebody else: mailed, or shown once to the administrator who made it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for

from portal.services.accounts.one_time_links import IssuedLink
from portal.web.http import request_context
from portal.web.http.responses import ViewResponse
from portal.web.presentation.i18n import gettext


def deliver_link(link: IssuedLink, *, is_mailed: bool) -> ViewResponse:
    """Say that the link is on its way, or show it once if the portal cannot mail it."""
    if is_mailed:
        message = gettext(
            "A link is on its way to %(email)s. It works once, within %(time)s. If it cannot be delivered, the page "
            "Mail says so.",
            email=link.email, time=link.validity,
        )  # fmt: skip
        flash(message)
        return redirect(url_for("accounts.list_accounts"), 303)
    link_url = link.url(request_context.settings().public_url)
    return render_template("admin/one_time_link.html", link=link, link_url=link_url)
