"""Every public page as text, on ten hand-written records: no word, link, number or field changes unnoticed.

The texts are in golden/public/, made by tests.page_text; tests.golden_files says how to write them again.
"""

import re
from datetime import UTC, datetime

import pytest

from portal.database.orm import db
from tests import golden_files, page_text
from tests.conftest import FRAGMENT
from tests.pages import Fragment, Page
from tests.promises import ten_records
from tests.urls import fixed

VIEWS = {
    "api": "/api/",
    "home": "/",
    "where-we-work": "/where-we-work/",
    "where-we-work-region": "/where-we-work/?region=africa&sort=shared&all=1",
    "where-we-work-odd": "/where-we-work/?region=atlantis&sort=size&all=yes",
    "state": "/where-we-work/KEN",
    "state-without-projects": "/where-we-work/TUV",
    "map": "/where-we-work/map",
    "map-of-search": "/where-we-work/map?country=KEN&year_from=2005&sort=title&page=2",
    "data-and-research": "/data-and-research/",
    "data-selection": "/data-and-research/?region=africa&year_from=2005&budget=5",
    "data-nothing": "/data-and-research/?q=zzzz",
    "eligible-states": "/data-and-research/eligible-states/",
    "2030-agenda": "/2030-agenda/",
    "suggested": "/2030-agenda/suggested/sdg-10",
    "suggested-target": "/2030-agenda/suggested/sdg-17.9",
    "suggested-nothing": "/2030-agenda/suggested/gcm-2",
    "directory": "/projects/",
    "table": "/projects/table",
    "table-two-facets": "/projects/table?by=country&across=region&measure=shared",
    "table-goals": "/projects/table?by=sdg&measure=full&region=africa&region=europe",
    "table-odd": "/projects/table?by=colour&across=money&measure=weight&country=KEN&country=UGA",
    "table-nothing": "/projects/table?q=zzzz",
    "directory-table": "/projects/?view=table&sort=-budget",
    "directory-table-oldest": "/projects/?view=table&sort=oldest&status=completed",
    "directory-countries": "/projects/?country=KEN&country=UGA&sort=title",
    "directory-together": "/projects/?country=KEN&country=UGA&country_match=all",
    "directory-text": "/projects/?q=border",
    "directory-ranges": "/projects/?year_from=2008&year_to=2015&budget_min=50000&budget_max=1,500,000",
    "directory-one": "/projects/?region=europe",
    "directory-not-stated": "/projects/?year=none&status=none&budget=none",
    "directory-stated-or-not": "/projects/?status=none&status=completed&year=none&year=2008&year=2011&budget=none",
    "directory-goals": "/projects/?sdg=10.7&gcm=23&theme=policy-and-law&type=technical-cooperation",
    "directory-page-2": "/projects/?per_page=1&page=5",
    "directory-all-countries": "/projects/?all=country",
    "directory-nothing": "/projects/?q=border&country=PER&year_from=2001",
    "directory-nothing-helps": "/projects/?status=active&coverage=global&year=2001",
    "directory-contradiction": "/projects/?year_from=2015&year_to=2008&budget_min=9&budget_max=1",
    "directory-odd": "/projects/?colour=blue&country=XXX&year_from=x&year_to=1800&budget_min=-1&budget=5&sort=up"
    "&page=0&per_page=101&view=map&all=colour&country_match=some",
    "project": "/projects/LM.0101",
    "project-changed": "/projects/IB.0102",
    "project-french": "/projects/PO.0103",
    "project-without-budget": "/projects/MA.0105",
    "project-worldwide": "/projects/PR.0106",
    "project-full": "/projects/TC.0107",
    "project-markup": "/projects/RR.0108",
    "project-spanish": "/projects/X-0109",
    "history": "/projects/LM.0101/history",
    "history-changed": "/projects/IB.0102/history",
    "history-restored": "/projects/FM.0110/history",
}
FRAGMENTS = {
    "fragment": "/projects/?country=KEN&view=table&per_page=3",
    "fragment-nothing": "/projects/?q=zzzz&status=active",
}
# What the directory fetches when its map is unfolded.
PARTS = {"fragment-map": "/where-we-work/map?status=completed", "fragment-map-of-nothing": "/where-we-work/map?q=zzzz"}

NOT_THERE = {
    "withdrawn": ("/projects/WD.0111", 410),
    "withdrawn-history": ("/projects/WD.0111/history", 410),
    "error-404": ("/no-such-page/", 404),
    "error-404-project": ("/projects/LM.9999", 404),
    "error-404-state": ("/where-we-work/XXX", 404),
    "suggested-no-goal": ("/2030-agenda/suggested/sdg-18", 404),
    "directory-past-the-end": ("/projects/?page=3&view=table", 404),
}
LIVE = (
    "api",
    "home",
    "where-we-work",
    "map",
    "data-and-research",
    "eligible-states",
    "2030-agenda",
    "directory",
    "table",
)
# Each page of prose by its address.
PROSE = (
    "who-we-are", "our-work", "our-work/what-we-do", "our-work/partnerships", "our-work/highlights", "take-action",
    "take-action/work-with-us", "take-action/get-involved", "for-governments", "for-governments/eligibility",
    "for-governments/how-to-apply", "for-governments/review-and-selection", "for-governments/tracking-and-reporting",
    "for-governments/evaluation", "for-governments/questions-and-answers", "how-we-count", "contact", "accessibility",
    "privacy",
)  # fmt: skip


_SWITCH = re.compile(r'nav "Language"\n(?: .*\n)+')


class Looked(Page):
    """A page without its checks: test_no_dead_links and others make them of all pages."""

    checks = ()


@pytest.fixture(scope="module")
def world(new_app, new_database):
    """An application with the ten records, on a database of its own, and the days on which they changed."""
    app, began = new_app(new_database()), datetime.now(UTC)
    with app.app_context():
        ten_records.publish(db.session)
        db.session.remove()
    return app, began


@pytest.fixture
def read(world):
    app, _ = world

    def go(address, *, status=200, kind=Looked, **request):
        with app.app_context():
            return kind(app.test_client().get(address, **request), status=status)

    return go


@pytest.fixture
def compare_text(world):
    """compare_text(name, text) holds a text against its file."""
    _, began = world
    return lambda name, text: golden_files.compare(f"public/{name}", without_today(text, began))


@pytest.fixture
def compare(compare_text):
    """compare(name, page, text) holds the text of a page, and its frame, against their files."""

    def go(name, page, text):
        folder = "empty/" if name.startswith("empty/") else ""
        compare_text(f"{folder}frame", frame(page))
        compare_text(name, text)

    return go


def without_today(text, began):
    """The text with `[today]` for the day of the test, which is two days around midnight."""
    for day in {began.date(), datetime.now(UTC).date()}:
        text = re.sub(rf"{day.isoformat()}(T[0-9:.]+(\+00:00|Z))?", "[today]", text)
        text = text.replace(f"{day.day} {day:%b %Y}", "[today]")
    return text


def frame(page):
    """What is the same around every page."""
    text = page_text.read(page.tree.root, "body > a", "header", "footer").replace(" {current=page}", "")
    # It leads to the page itself in other languages: tests/unit/web/http/languages/test_choice.py.
    return _SWITCH.sub("", text)


def text_of(page):
    current = [page_text.words(link) for link in page.select("header a[aria-current=page]")]
    return f"{page_text.head(page)}menu: {' '.join(current) or '-'}\n\n{page_text.read(page.tree.root, 'main')}"


@pytest.mark.parametrize("name", VIEWS)
def test_a_page_says_what_it_said(read, compare, name):
    page = read(VIEWS[name])
    compare(name, page, text_of(page))


@pytest.mark.parametrize("name", NOT_THERE)
def test_a_page_that_is_not_there_says_what_it_said(read, compare, name):
    address, status = NOT_THERE[name]
    page = read(address, status=status)
    compare(name, page, text_of(page))


def test_a_record_with_nothing_but_a_title_says_what_it_said(read, compare):
    (link,) = [link for link in read("/projects/?status=none&coverage=none").links if link.startswith("/projects/n-")]
    page = read(link)
    compare("project-bare", page, text_of(page))


@pytest.mark.parametrize("name", FRAGMENTS)
def test_a_fragment_says_what_it_said(read, compare_text, name):
    fragment = read(FRAGMENTS[name], kind=Fragment, headers=FRAGMENT)
    pushed = fragment.response.headers["HX-Push-Url"]
    compare_text(name, f"address: {pushed}\n\n{page_text.read(fragment.tree.root)}")


@pytest.mark.parametrize("name", PARTS)
def test_a_map_says_what_it_said(read, compare_text, name):
    fragment = read(PARTS[name], kind=Fragment, headers=FRAGMENT)
    compare_text(name, page_text.read(fragment.tree.root))


@pytest.mark.parametrize("path", PROSE)
def test_a_page_of_prose_has_the_headings_links_and_numbers_it_had(read, compare, path):
    page = read(f"/{path}/")
    compare(f"prose/{path.replace('/', '.')}", page, f"{page_text.head(page)}\n{page_text.outline(page.one('main'))}")


def test_the_eligible_states_are_those_it_named(read, compare_text):
    page = read("/for-governments/eligibility/")
    lists = map(page_text.words, page.select("h3, h3 + p"))
    compare_text("prose/eligible-states", "\n".join(lists) + "\n")


def test_a_list_for_other_sites_says_what_it_said(read, compare_text):
    """It has no frame of ours around it."""
    page = read("/embed/projects?country=KEN&sort=title")
    text = page_text.head(page) + page_text.read(page.tree.root, "body")
    compare_text("embed", text)


@pytest.mark.parametrize("name", LIVE)
def test_a_page_without_any_record_says_what_it_said(visit, compare, name):
    page = visit(VIEWS[name])
    compare(f"empty/{name}", page, text_of(page))


def test_no_public_page_and_no_text_is_left_out(world):
    app, _ = world
    addresses = {address for address in fixed(app) if not address.startswith(("/sign-in", "/forgotten"))}
    assert addresses - {"/embed/projects"} == {*(VIEWS[name] for name in LIVE), *(f"/{path}/" for path in PROSE)}
    names = {
        *VIEWS,
        *FRAGMENTS,
        *PARTS,
        *NOT_THERE,
        "project-bare",
        "embed",
        "frame",
        "empty/frame",
        "prose/eligible-states",
    }
    names |= {f"empty/{name}" for name in LIVE} | {f"prose/{path.replace('/', '.')}" for path in PROSE}
    folder = golden_files.FOLDER / "public"
    assert names == {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.txt")}
