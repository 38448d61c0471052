"""The navigation as data: prose pages, main menu, footer. Imports no web framework.

Titles and descriptions are message ids; whoever prints them translates them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.vocabulary.workflow import Role
from portal.web.presentation.i18n import N_

REVIEWED = date(2026, 11, 24)


@dataclass(frozen=True)
class Page:
    """One prose page at /<path>/.

    `section` is the path of the page above it, `here` the key of the entry in the main menu that is
    marked, `next_path` the page to read after it; each may be "".
    """

    path: str
    title: str
    description: str
    section: str = ""
    here: str = ""
    next_path: str = ""
    reviewed: date = REVIEWED

    @property
    def template(self) -> str:
        return f"pages/{self.path.rpartition('/')[2].replace('-', '_')}.html"


@dataclass(frozen=True)
class Entry:
    """One link of a menu; `url_for(endpoint, **arguments)` is its address."""

    key: str
    title: str
    endpoint: str
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Links under a title: a column of the footer."""

    title: str
    links: tuple[Entry, ...]


@dataclass(frozen=True)
class Rail:
    """The section navigation of a page: the pages beside it, the index of the section first if it has one."""

    title: str
    pages: tuple[Page, ...]
    index: Page | None


PAGES = (
    Page(
        "who-we-are",
        N_("Who we are"),
        N_("What the IOM Development Fund is for, how it began, who oversees it, and how it has grown."),
        here="who-we-are",
        next_path="our-work/what-we-do",
    ),
    Page(
        "our-work",
        N_("Our Work"),
        N_("What the Fund pays for, who works together in a project, and which reviews and stories to read."),
        here="our-work",
        next_path="our-work/what-we-do",
    ),
    Page(
        "our-work/what-we-do",
        N_("What we do"),
        N_("The ten fields the Fund works in, what a project builds, and how the fields match project types."),
        section="our-work",
        here="our-work",
        next_path="our-work/partnerships",
    ),
    Page(
        "our-work/partnerships",
        N_("Partnerships"),
        N_("Who does what in a project: the government, the IOM offices, other partners and those who give money."),
        section="our-work",
        here="our-work",
        next_path="our-work/highlights",
    ),
    Page(
        "our-work/highlights",
        N_("Highlights"),
        N_("Innovative projects, reviews of whole themes and regions, booklets and newsletters of the Fund."),
        section="our-work",
        here="our-work",
        next_path="take-action",
    ),
    Page(
        "take-action",
        N_("Take Action"),
        N_("Bring a project to the Fund, work with it, or put its records to use."),
        here="take-action",
        next_path="take-action/work-with-us",
    ),
    Page(
        "take-action/work-with-us",
        N_("Work with us"),
        N_("Where governments, IOM offices, partners and donors start."),
        section="take-action",
        here="take-action",
        next_path="take-action/get-involved",
    ),
    Page(
        "take-action/get-involved",
        N_("Get involved"),
        N_("Search, quote and share the records, and tell us what is wrong in them."),
        section="take-action",
        here="take-action",
        next_path="how-we-count",
    ),
    Page(
        "for-governments",
        N_("For governments"),
        N_("From the first idea to the evaluation: the way of a project for ministries and permanent missions."),
        here="who-we-are",
        next_path="for-governments/eligibility",
    ),
    Page(
        "for-governments/eligibility",
        N_("Eligibility criteria"),
        N_("Which member states can benefit, from which funding line, and what the Fund does and does not pay for."),
        section="for-governments",
        here="who-we-are",
        next_path="for-governments/how-to-apply",
    ),
    Page(
        "for-governments/how-to-apply",
        N_("How to apply"),
        N_("Who may send a proposal, which letters it needs, what it contains, and the steps in their order."),
        section="for-governments",
        here="who-we-are",
        next_path="for-governments/review-and-selection",
    ),
    Page(
        "for-governments/review-and-selection",
        N_("Review and selection"),
        N_("How proposals are tested and ranked, how the regions share the money, and who decides."),
        section="for-governments",
        here="who-we-are",
        next_path="for-governments/tracking-and-reporting",
    ),
    Page(
        "for-governments/tracking-and-reporting",
        N_("Tracking and reporting"),
        N_("Who runs a project, how it may be changed, and which plan or report is due when."),
        section="for-governments",
        here="who-we-are",
        next_path="for-governments/evaluation",
    ),
    Page(
        "for-governments/evaluation",
        N_("Evaluation"),
        N_("When and how each project is evaluated, who pays for it, and how the whole Fund was evaluated."),
        section="for-governments",
        here="who-we-are",
        next_path="for-governments/questions-and-answers",
    ),
    Page(
        "for-governments/questions-and-answers",
        N_("Questions and answers"),
        N_("Short answers about eligibility, applying, money, reports and this site."),
        section="for-governments",
        here="who-we-are",
        next_path="contact",
    ),
    Page(
        "how-we-count",
        N_("How we count"),
        N_("The rules behind every number on this site: full value, shared value, years, gaps and filters."),
    ),
    Page(
        "contact",
        N_("Contact"),
        N_("Where to turn with a question about the Fund, a project or a record, and what to quote."),
    ),
    Page(
        "accessibility",
        N_("Accessibility"),
        N_("The standard this site aims for, what is tested, what is not, and how to report a barrier."),
        next_path="privacy",
    ),
    Page(
        "privacy",
        N_("Privacy"),
        N_("This site sets no cookies for visitors, asks nothing of third parties and does not measure visits."),
    ),
)

BY_PATH = {page.path: page for page in PAGES}


def rail(page: Page) -> Rail:
    """What stands beside a page: its section, or the pages that belong to none."""
    index = BY_PATH[page.section or page.path]
    if below := tuple(other for other in PAGES if other.section == index.path):
        return Rail(index.title, (index, *below), index)
    # Sections stand in the main menu. One that does not is listed here, so that it can be found.
    in_menu = {other.section for other in PAGES if other.section == other.here}
    alone = (other for other in PAGES if not other.section and other.path not in in_menu)
    return Rail(N_("About"), tuple(alone), None)


def entry(path: str, title: str = "") -> Entry:
    """The link to a prose page."""
    return Entry(path, title or BY_PATH[path].title, "pages.page", {"path": path})


@dataclass(frozen=True)
class StaffEntry:
    """One link of the bar of staff pages; only for people who may use it."""

    key: str
    title: str
    address: str
    role: Role = Role.AUTHOR


STAFF = (
    StaffEntry("desk", N_("Desk"), "/staff/"),
    StaffEntry("new", N_("New project"), "/staff/projects/new"),
    StaffEntry("accounts", N_("Accounts"), "/staff/accounts/", Role.ADMINISTRATOR),
    StaffEntry("audit", N_("Audit"), "/staff/audit/", Role.ADMINISTRATOR),
    StaffEntry("public", N_("Public site"), "/"),
)

TOP = (
    Entry("projects", N_("Projects"), "projects.directory"),
    Entry("where", N_("Where we work"), "overview.where"),
    Entry("data", N_("Data and Research"), "overview.data"),
    Entry("agenda", N_("2030 Agenda"), "overview.agenda"),
    entry("our-work"),
    entry("who-we-are"),
    entry("take-action"),
)

FOOTER = (
    Group(N_("Projects"), (Entry("projects", N_("All projects"), "projects.directory"), *TOP[1:4])),
    Group(
        N_("For governments"),
        (
            entry("for-governments/eligibility"),
            entry("for-governments/how-to-apply"),
            entry("for-governments/review-and-selection"),
            entry("for-governments/questions-and-answers"),
        ),
    ),
    Group(
        N_("Take Action"),
        (
            entry("take-action/work-with-us"),
            entry("take-action/get-involved"),
            entry("our-work/partnerships"),
            entry("our-work/highlights"),
        ),
    ),
    Group(
        N_("This site"),
        (
            entry("how-we-count"),
            entry("contact"),
            entry("accessibility"),
            entry("privacy", N_("Privacy: no visitor cookies")),
            Entry("sign-in", N_("Staff sign-in"), "signing_in.sign_in"),
        ),
    ),
)
