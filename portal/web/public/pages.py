"""The prose pages: one view, and one rule for every row of the navigation."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.web.http.response_cache import here, shared
from portal.web.presentation import i18n
from portal.web.presentation.navigation import BY_PATH, PAGES, rail
from portal.web.public.eligibility import line_2

bp = Blueprint("pages", __name__)


@shared(here)
def page(path: str) -> str:
    shown = BY_PATH[path]
    return render_template(
        shown.template,
        page=shown,
        here=shown.here,
        section=BY_PATH.get(shown.section),
        rail=rail(shown),
        following=BY_PATH.get(shown.next_path),
        line_2=line_2(i18n.current()),
    )


# A rule for each page, so that an unknown address is an ordinary 404 and every page can be listed.
for row in PAGES:
    bp.add_url_rule(f"/{row.path}/", "page", page, defaults={"path": row.path})
