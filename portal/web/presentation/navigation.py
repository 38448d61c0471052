"""The navigation as data: prose pages, main menu, footer. Imports no web framework.

Titles and descriptions are message ids; templates translate them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from portal.vocabulary.workflow import Role
from portal.web.presentation.i18n import N_

REVIEWED_ON = date(2026, 11, 24)


@dataclass(frozen=True)
class ProsePage:
    """One prose page at /<path>/.

    `section` is the path of the parent page, `menu_key` the main menu entry marked as current, `next_path` the page
    to read next; each may be "".
    """

    path: str
    title: str
    description: str
    section: str = ""
    menu_key: str = ""
    next_path: str = ""
    reviewed: date = REVIEWED_ON

    @property
    def template(self) -> str:
        return f"pages/{self.path.rpartition('/')[2].replace('-', '_')}.html"


@dataclass(frozen=True)
class MenuEntry:
    """One link of a menu; its URL is `url_for(endpoint, **arguments)`. `children` are the pages of its section."""

    key: str
    title: str
    endpoint: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    children: tuple[MenuEntry, ...] = ()


@dataclass(frozen=True)
class FooterColumn:
    """One column of the footer: links under a title."""

    title: str
    links: tuple[MenuEntry, ...]


@dataclass(frozen=True)
class SectionNavigation:
    """The section navigation of a page: its sibling pages, after the index page of the section if there is one."""

    title: str
    pages: tuple[ProsePage, ...]
    index: ProsePage | None


PAGES = (
    ProsePage(
        "who-we-are",
        N_("Who we are"),
        N_("What the IOM Development Fund is for, how it began, who oversees it, and how it has grown."),
        menu_key="who-we-are",
        next_path="our-work/what-we-do",
    ),
    ProsePage(
        "our-work",
        N_("Our Work"),
        N_("What the Fund pays for, who works together in a project, and which reviews and stories to read."),
        menu_key="our-work",
        next_path="our-work/what-we-do",
    ),
    ProsePage(
        "our-work/what-we-do",
        N_("What we do"),
        N_("The ten fields the Fund works in, what a project builds, and how the fields match project types."),
        section="our-work",
        menu_key="our-work",
        next_path="our-work/partnerships",
    ),
    ProsePage(
        "our-work/partnerships",
        N_("Partnerships"),
        N_("Who does what in a project: the government, the IOM offices, other partners and those who give money."),
        section="our-work",
        menu_key="our-work",
        next_path="our-work/highlights",
    ),
    ProsePage(
        "our-work/highlights",
        N_("Highlights"),
        N_("Innovative projects, reviews of whole themes and regions, booklets and newsletters of the Fund."),
        section="our-work",
        menu_key="our-work",
        next_path="take-action",
    ),
    ProsePage(
        "take-action",
        N_("Take Action"),
        N_("Bring a project to the Fund, work with it, or put its records to use."),
        menu_key="take-action",
        next_path="take-action/work-with-us",
    ),
    ProsePage(
        "take-action/work-with-us",
        N_("Work with us"),
        N_("Where governments, IOM offices, partners and donors start."),
        section="take-action",
        menu_key="take-action",
        next_path="take-action/get-involved",
    ),
    ProsePage(
        "take-action/get-involved",
        N_("Get involved"),
        N_("Search, quote and share the records, and tell us what is wrong in them."),
        section="take-action",
        menu_key="take-action",
        next_path="how-we-count",
    ),
    ProsePage(
        "for-governments",
        N_("For governments"),
        N_("From the first idea to the evaluation: the way of a project for ministries and permanent missions."),
        menu_key="who-we-are",
        next_path="for-governments/eligibility",
    ),
    ProsePage(
        "for-governments/eligibility",
        N_("Eligibility criteria"),
        N_("Which member states can benefit, from which funding line, and what the Fund does and does not pay for."),
        section="for-governments",
        menu_key="who-we-are",
        next_path="for-governments/how-to-apply",
    ),
    ProsePage(
        "for-governments/how-to-apply",
        N_("How to apply"),
        N_("Who may send a proposal, which letters it needs, what it contains, and the steps in their order."),
        section="for-governments",
        menu_key="who-we-are",
        next_path="for-governments/review-and-selection",
    ),
    ProsePage(
        "for-governments/review-and-selection",
        N_("Review and selection"),
        N_("How proposals are tested and ranked, how the regions share the money, and who decides."),
        section="for-governments",
        menu_key="who-we-are",
        next_path="for-governments/tracking-and-reporting",
    ),
    ProsePage(
        "for-governments/tracking-and-reporting",
        N_("Tracking and reporting"),
        N_("Who runs a project, how it may be changed, and which plan or report is due when."),
        section="for-governments",
        menu_key="who-we-are",
        next_path="for-governments/evaluation",
    ),
    ProsePage(
        "for-governments/evaluation",
        N_("Evaluation"),
        N_("When and how each project is evaluated, who pays for it, and how the whole Fund was evaluated."),
        section="for-governments",
        menu_key="who-we-are",
        next_path="for-governments/questions-and-answers",
    ),
    ProsePage(
        "for-governments/questions-and-answers",
        N_("Questions and answers"),
        N_("Short answers about eligibility, applying, money, reports and this site."),
        section="for-governments",
        menu_key="who-we-are",
        next_path="contact",
    ),
    ProsePage(
        "how-we-count",
        N_("How we count"),
        N_("The rules behind every number on this site: full value, shared value, years, gaps and filters."),
    ),
    ProsePage(
        "contact",
        N_("Contact"),
        N_("Where to turn with a question about the Fund, a project or a record, and what to quote."),
    ),
    ProsePage(
        "accessibility",
        N_("Accessibility"),
        N_("The standard this site aims for, what is tested, what is not, and how to report a barrier."),
        next_path="privacy",
    ),
    ProsePage(
        "privacy",
        N_("Privacy"),
        N_("This site sets no cookies for visitors, asks nothing of third parties and does not measure visits."),
    ),
)

PAGES_BY_PATH = {page.path: page for page in PAGES}


def section_navigation(page: ProsePage) -> SectionNavigation:
    """The section navigation of a page; a page without a section lists the other pages without one."""
    index = PAGES_BY_PATH[page.section or page.path]
    if below := tuple(other for other in PAGES if other.section == index.path):
        return SectionNavigation(index.title, (index, *below), index)
    # Sections are in the main menu; a section that is not is listed here.
    in_menu = {other.section for other in PAGES if other.section == other.menu_key}
    others = (other for other in PAGES if not other.section and other.path not in in_menu)
    return SectionNavigation(N_("About"), tuple(others), None)


def page_entry(path: str, title: str = "") -> MenuEntry:
    """The link to a prose page."""
    return MenuEntry(path, title or PAGES_BY_PATH[path].title, "pages.page", {"path": path})


@dataclass(frozen=True)
class StaffMenuEntry:
    """One link of the staff navigation, shown only to people who may use it."""

    key: str
    title: str
    url: str
    role: Role = Role.AUTHOR


STAFF_MENU = (
    StaffMenuEntry("desk", N_("Desk"), "/staff/"),
    StaffMenuEntry("new", N_("New project"), "/staff/projects/new"),
    StaffMenuEntry("translations", N_("Translations"), "/staff/translations/"),
    StaffMenuEntry("tags", N_("Tag proposals"), "/staff/tag-proposals/", Role.REVIEWER),
    StaffMenuEntry("accounts", N_("Accounts"), "/staff/accounts/", Role.ADMINISTRATOR),
    StaffMenuEntry("mail", N_("Mail"), "/staff/mail/", Role.ADMINISTRATOR),
    StaffMenuEntry("audit", N_("Audit log"), "/staff/audit/", Role.ADMINISTRATOR),
    StaffMenuEntry("public", N_("Public site"), "/"),
)

_OUR_WORK = tuple(page_entry(page.path) for page in PAGES if page.section == "our-work")

MAIN_MENU = (
    MenuEntry("projects", N_("Projects"), "projects.directory"),
    MenuEntry("where", N_("Where we work"), "places.where_we_work"),
    MenuEntry("data", N_("Data and Research"), "data.page"),
    MenuEntry("agenda", N_("2030 Agenda"), "agenda.show"),
    replace(page_entry("our-work"), children=_OUR_WORK),
    page_entry("who-we-are"),
    page_entry("take-action"),
)

FOOTER = (
    FooterColumn(N_("Projects"), (MenuEntry("projects", N_("All projects"), "projects.directory"), *MAIN_MENU[1:4])),
    FooterColumn(N_("Our Work"), _OUR_WORK),
    FooterColumn(
        N_("For governments"),
        (
            page_entry("for-governments/eligibility"),
            page_entry("for-governments/how-to-apply"),
            page_entry("for-governments/review-and-selection"),
            page_entry("for-governments/questions-and-answers"),
        ),
    ),
    FooterColumn(
        N_("Take Action"),
        (
            page_entry("take-action/work-with-us"),
            page_entry("take-action/get-involved"),
        ),
    ),
    FooterColumn(
        N_("This site"),
        (
            page_entry("how-we-count"),
            MenuEntry("api", N_("API for programs"), "api_guide.page"),
            page_entry("contact"),
            page_entry("accessibility"),
            page_entry("privacy", N_("Privacy: no visitor cookies")),
            MenuEntry("sign-in", N_("Staff sign-in"), "sign_in.sign_in"),
        ),
    ),
)
