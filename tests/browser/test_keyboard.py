"""The whole story by the keyboard alone: Tab, Enter, Space and typing; the focus always seen, never lost."""

import re

import pytest

from portal.database.transactions import begin_writing
from portal.services.accounts import sessions
from portal.vocabulary.workflow import Role
from portal.web.security import cookies
from tests.factories import make_account
from tests.over_http import backstage

TITLE = "Fair Recruitment by Keyboard"
# More stops than any page has.
STOPS_MOST = 250
# Where the focus is, and what is wrong with it: lost, not marked, or hidden under what sticks to the screen.
LOOK = """
() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "lost";
  if (!at.matches(":focus-visible")) return "not marked: " + at.outerHTML.slice(0, 120);
  const style = getComputedStyle(at);
  const isMarked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  if (!isMarked) return "without a ring: " + at.outerHTML.slice(0, 120);
  const box = at.getBoundingClientRect();
  if (box.bottom <= 0 || box.top >= innerHeight) return "out of sight: " + at.outerHTML.slice(0, 120);
  const points = [[box.left + 2, box.top + 2], [(box.left + box.right) / 2, (box.top + box.bottom) / 2]];
  const isSeen = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (top === at || at.contains(top) || top.contains(at));
  });
  return isSeen ? "" : "covered: " + at.outerHTML.slice(0, 120);
}
"""


@pytest.fixture
def keyboard(new_context, live, database):
    """keyboard(name, role) is a page of somebody signed in."""

    def go(name, role):
        context = new_context()
        with backstage(database) as scoped:
            account = make_account(scoped(), name, role)
            begin_writing(scoped())
            token, _ = sessions.start(scoped(), account)
            scoped.commit()
        secure = live.replace("http:", "https:")
        context.add_cookies([{"name": cookies.SESSION, "value": token, "url": secure, "secure": True}])
        return context.new_page()

    return go


def reach(page, selector):
    """Press Tab until the focus is on this; every stop on the way can be seen, and only past the last is there none."""
    ends = 0
    for _ in range(STOPS_MOST):
        page.keyboard.press("Tab")
        seen = page.evaluate(LOOK)
        ends += seen == "lost"
        assert seen == "" or (seen, ends) == ("lost", 1), f"{seen} on {page.url}"
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab never comes to {selector} on {page.url}")


def press(page, selector, key="Enter"):
    reach(page, selector)
    page.keyboard.press(key)


def type_into(page, selector, text):
    reach(page, selector)
    retype(page, text)


def retype(page, text):
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def button(words):
    """A visible button or link that begins with these words, marked for `reach`."""
    return f"[data-words^='{words}']"


def mark_words(page):
    """So that a selector can ask for what a button says."""
    page.evaluate(
        "() => document.querySelectorAll('a, button').forEach((one) => (one.dataset.words = one.textContent.trim()))"
    )


def follow(page, words, address, key="Enter"):
    mark_words(page)
    press(page, button(words), key)
    page.wait_for_url(re.compile(address))


def fill(page):
    """The form in the order of its fields, one way through."""
    type_into(page, "#title", TITLE)
    type_into(page, "#summary", "Trains inspectors.")
    reach(page, "#project_type")
    page.keyboard.type("Labour Migration")
    type_into(page, "#start", "2021-03")
    type_into(page, "#end", "2023")
    type_into(page, "#year", "2021")
    choose(page, "status", "completed")
    choose(page, "coverage", "national")
    type_into(page, "#find-countries", "kenya")
    press(page, "[name=countries][value=KEN]", "Space")
    reach(page, "#region")
    page.keyboard.type("Africa")
    type_into(page, "#budget", "150000")


def choose(page, name, value):
    """One Tab stop for a group of radio buttons; the arrows choose."""
    reach(page, f"[name={name}]")
    for _ in range(10):
        if page.evaluate("value => document.activeElement.value === value && document.activeElement.checked", value):
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"The arrows never come to {value}")


def test_the_story_by_keyboard_alone(keyboard):
    author, reviewer = keyboard("Kay", Role.AUTHOR), keyboard("Tabea", Role.REVIEWER)
    author.goto("/staff/")
    follow(author, "New project", "/staff/projects/new")
    fill(author)
    follow(author, "Submit for review", r"/staff/revisions/\d+$")
    number = author.url.rsplit("/", 1)[1]

    reviewer.goto("/staff/?queue=review&sort=newest")
    follow(reviewer, TITLE, rf"/revisions/{number}$")
    follow(reviewer, "Start review", rf"/revisions/{number}$")
    reviewer.get_by_text("You are now reviewing").wait_for()
    choose(reviewer, "mark-title", "accepted")
    choose(reviewer, "mark-budget", "returned")
    type_into(reviewer, "#reason-budget", "The agreement says 140,000.")
    mark_words(reviewer)
    press(reviewer, ".action-bar [data-words='Save field decisions']")
    reviewer.get_by_text("Your field decisions on").wait_for()
    follow(reviewer, "Return to the author", rf"/revisions/{number}$")
    reviewer.get_by_text("is returned to its author").wait_for()

    author.goto("/staff/?queue=returned")
    follow(author, TITLE, rf"/revisions/{number}$")
    follow(author, "Edit", "/edit$")
    # The word of the reviewer leads to its field.
    mark_words(author)
    press(author, ".notice [data-words^='Budget']")
    assert author.evaluate("document.activeElement.id") == "budget"
    retype(author, "140000")
    follow(author, "Submit for review", rf"/staff/revisions/{number}$")

    reviewer.goto(f"/staff/revisions/{number}")
    follow(reviewer, "Start review", rf"/revisions/{number}$")
    reviewer.get_by_text("You are now reviewing").wait_for()
    # What was accepted is folded; Enter opens it.
    press(reviewer, "#field-title summary")
    assert reviewer.locator("#field-title details").get_attribute("open") is not None
    mark_words(reviewer)
    press(reviewer, ".action-bar [data-words='Approve']", "Space")
    reviewer.get_by_text("is approved").wait_for()


def test_tags_are_confirmed_and_taken_back_by_keyboard_alone(keyboard):
    reviewer = keyboard("Tagore", Role.REVIEWER)
    reviewer.goto("/staff/tag-proposals/?aim=gcm-11")
    follow(reviewer, "Check 11, Immigration and Borders", "/gcm-11-immigration-and-borders$")
    before = reviewer.locator("[name=project]").count()
    press(reviewer, "[name=project]", "Space")
    follow(reviewer, "Confirm selected", r"/confirm\?project=\d+$")
    follow(reviewer, "Tag this record", r"/tag-proposals/runs/\d+$")
    reviewer.get_by_role("heading", name="One record changed").wait_for()
    follow(reviewer, "Take these tags back", "/take-back$")
    follow(reviewer, "Take the tags back", r"/tag-proposals/runs/\d+$", "Space")
    reviewer.get_by_role("heading", name="Tags taken back").wait_for()
    reviewer.goto("/staff/tag-proposals/gcm-11-immigration-and-borders")
    assert reviewer.locator("[name=project]").count() == before > 0
