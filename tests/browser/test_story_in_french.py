"""The whole story of staff in French: signed in, drafted, submitted, returned, mended, approved, published, found.

Everything is looked up by the words of the French catalogue, and no page met on the way has English left.
"""

import re
from urllib.parse import urlsplit

import pytest
from justhtml import JustHTML

from portal.database.transactions import begin_writing
from portal.services.accounts import sessions
from portal.vocabulary.workflow import Role
from portal.web.presentation import i18n
from portal.web.security import cookies
from tests import english_left
from tests.browser.draft_flows import another_page
from tests.factories import PHRASE, make_account

TITLE = "Recrutement équitable au Kenya"
REASON = "La convention dit 140 000."


def said(message, **values):
    """What the catalogue says in French."""
    with i18n.using("fr"):
        return i18n.gettext(message, **values)


@pytest.fixture
def french(new_context, live, backstage):
    """french(name, role): a browser of somebody whose account speaks French, a reviewer signed in; "" is a visitor."""

    def go(name, role=Role.AUTHOR):
        context = new_context()
        if not name:
            return context.new_page()
        account = make_account(backstage(), name, role, password=PHRASE, language="fr")
        if role is not Role.AUTHOR:
            # The second factor is shown in test_signing_in.
            begin_writing(backstage())
            token, _ = sessions.start(backstage(), account)
            backstage.commit()
            secure = live.replace("http:", "https:")
            context.add_cookies([{"name": cookies.SESSION, "value": token, "url": secure, "secure": True}])
        return context.new_page()

    return go


def is_french(page):
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "fr"
    text = page.content()
    assert english_left.found(JustHTML(text, sanitize=False).root, "fr") == []
    assert english_left.marks(text) == []


def press(page, message):
    with another_page(page):
        page.get_by_role("button", name=said(message), exact=True).last.click()
    is_french(page)


def follow(page, message):
    with another_page(page):
        page.get_by_role("link", name=said(message), exact=True).first.click()
    is_french(page)


def open_work(page, address):
    """From a queue of the desk to the revision."""
    page.goto(address)
    is_french(page)
    with another_page(page):
        page.get_by_role("link", name=TITLE).click()
    is_french(page)


def sign_in(page, email):
    page.goto("/fr/")
    follow(page, "Staff sign-in")
    page.get_by_label(said("Email address")).fill(email)
    page.get_by_label(said("Password"), exact=True).fill(PHRASE)
    press(page, "Sign in")
    assert urlsplit(page.url).path == "/staff/"


def fill(page):
    page.get_by_label(said("Summary"), exact=True).fill("Forme des inspecteurs.\n\n- Deux ateliers")
    page.get_by_label(said("Project type")).select_option(label="Migration de main-d’œuvre")
    page.get_by_label(said("Year of allocation")).fill("2021")
    page.get_by_role("radio", name="Achevé").check()
    page.get_by_role("radio", name="National", exact=True).check()
    page.get_by_role("group", name=said("Benefiting member states")).get_by_label("Kenya").check()
    page.get_by_label(said("IDF region")).select_option(label="Afrique")
    page.get_by_label(said("Budget amount"), exact=True).fill("150000")


def draft(page):
    """The author begins, saves, comes back to it, and submits; the number of the revision."""
    follow(page, "New project")
    page.get_by_label(said("Title"), exact=True).fill(TITLE)
    press(page, "Save draft")
    number = re.search(r"/revisions/(\d+)/edit", page.url)[1]
    open_work(page, "/staff/?queue=drafts")
    follow(page, "Edit")
    fill(page)
    press(page, "Submit for review")
    return number


def test_the_whole_story_in_french(french):
    author, reviewer, visitor = french("Aminata"), french("Rokhaya", Role.REVIEWER), french("")
    sign_in(author, "aminata@example.org")
    number = draft(author)

    open_work(reviewer, "/staff/?queue=review&sort=newest")
    press(reviewer, "Start review")
    reviewer.locator("[name=mark-budget][value=returned]").check()
    reviewer.locator("[name=reason-budget]").fill(REASON)
    press(reviewer, "Return to the author")

    open_work(author, "/staff/?queue=returned")
    follow(author, "Edit")
    assert REASON in author.locator("#budget-reason").inner_text()
    author.get_by_label(said("Budget amount"), exact=True).fill("140000")
    press(author, "Submit for review")

    reviewer.goto(f"/staff/revisions/{number}")
    press(reviewer, "Start review")
    press(reviewer, "Approve")
    follow(reviewer, "Publish now…")
    press(reviewer, "Publish now")
    assert reviewer.locator(".event-log > li").count() == 8

    # A visitor reads it in French at once.
    visitor.goto(f"/fr/projects/?q={TITLE}")
    is_french(visitor)
    visitor.locator(".result h3").get_by_role("link", name=TITLE).first.click()
    assert "140\N{NARROW NO-BREAK SPACE}000,00" in visitor.locator(".facts-panel").inner_text()
    is_french(visitor)
    press(reviewer, "Sign out")
