"""The prose pages: one view, and one rule for every row of the navigation."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.presentation import i18n
from portal.web.presentation.navigation import PAGES, PAGES_BY_PATH, section_navigation
from portal.web.public.eligibility import line_2

bp = Blueprint("pages", __name__)


@public
@cacheable(path_key)
def page(path: str) -> str:
    shown = PAGES_BY_PATH[path]
    return render_template(
        shown.template,
        page=shown,
        menu_key=shown.menu_key,
        section=PAGES_BY_PATH.get(shown.section),
        section_navigation=section_navigation(shown),
        next_page=PAGES_BY_PATH.get(shown.next_path),
        line_2=line_2(i18n.current_locale()),
    )


# A rule for each page, so that an unknown address is an ordinary 404 and every page can be listed.
for row in PAGES:
    bp.add_url_rule(f"/{row.path}/", "page", page, defaults={"path": row.path})
