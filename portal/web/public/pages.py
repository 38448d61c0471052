"""The prose pages: one view, with a URL rule for every page of the navigation."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.i18n.checked_pages import checked_on
from portal.vocabulary.status_rules import status_rules
from portal.web.declarations import public
from portal.web.http.conditional_get import cacheable, path_key
from portal.web.presentation import i18n
from portal.web.presentation.navigation import PAGES, PAGES_BY_PATH, section_navigation
from portal.web.public.eligibility import line_2

bp = Blueprint("pages", __name__)


@public
@cacheable(path_key)
def page(path: str) -> str:
    prose_page = PAGES_BY_PATH[path]
    return render_template(
        prose_page.template,
        page=prose_page,
        checked=checked_on(prose_page.template.removeprefix("pages/"), i18n.current_locale()),
        menu_key=prose_page.menu_key,
        section=PAGES_BY_PATH.get(prose_page.section),
        section_navigation=section_navigation(prose_page),
        next_page=PAGES_BY_PATH.get(prose_page.next_path),
        line_2=line_2(i18n.current_locale()),
        status_rules=status_rules(),
    )


# One rule per page: an unknown path is an ordinary 404, and every page can be listed.
for prose_page in PAGES:
    bp.add_url_rule(f"/{prose_page.path}/", "page", page, defaults={"path": prose_page.path})
