"""The whole story in browsers: drafted, broken off, submitted, returned, mended, approved, published, found, withdrawn.

Told once with script and once without; three people and a visitor, each in a browser of their own.
"""

import re

import pytest
from sqlalchemy import select

from portal.database.transactions import begin_writing
from portal.models import AuditEvent
from portal.services.accounts import sessions
from portal.vocabulary.workflow import Role
from portal.web.security import cookies
from tests.browser.draft_flows import another_page, press
from tests.factories import make_account


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def has_script(request):
    return request.param


@pytest.fixture
def open_browser(new_context, live, backstage, has_script):
    """open_browser(name, role): a page of somebody signed in; without a name, of a visitor."""

    def go(name="", role=Role.AUTHOR):
        context = new_context(java_script_enabled=has_script)
        if name:
            account = make_account(backstage(), f"{name}{'' if has_script else 'Quiet'}", role)
            begin_writing(backstage())
            token, _ = sessions.start(backstage(), account)
            backstage.commit()
            secure = live.replace("http:", "https:")
            context.add_cookies([{"name": cookies.SESSION, "value": token, "url": secure, "secure": True}])
        return context.new_page()

    return go


def draft(page, title):
    """The author begins, saves what there is, and comes back to it later."""
    page.goto("/staff/")
    page.get_by_role("link", name="New project").first.click()
    page.locator("[name=title]").fill(title)
    with another_page(page):
        press(page, "Save draft")
    number = re.search(r"/revisions/(\d+)/", page.url)[1]
    page.goto("/projects/")
    page.goto("/staff/?queue=drafts")
    page.get_by_role("link", name=title).click()
    page.get_by_role("link", name="Edit", exact=True).click()
    assert page.locator("[name=title]").input_value() == title
    return number


def complete(page):
    for name, text in (
        ("summary", "Trains inspectors.\n\nPublishes a register."),
        ("start", "2021-03"), ("end", "2023"), ("year", "2021"), ("budget", "150000"),
    ):  # fmt: skip
        page.locator(f"[name={name}]").fill(text)
    for name, value in (("status", "completed"), ("coverage", "national"), ("countries", "KEN")):
        choose(page, name, value)
    for name, value in (("project_type", "labour-migration"), ("region", "africa")):
        choose(page, name, value)


def choose(page, name, value):
    listed = page.locator(f"select[name={name}]")
    if listed.count():
        listed.select_option(value)
    else:
        page.locator(f"[name={name}][value={value}]").check()


def submit(page, number):
    page.get_by_role("button", name="Submit for review").click()
    page.wait_for_url(re.compile(rf"/revisions/{number}$"))


def search(page, words, *, finds):
    """A visitor types and presses Enter."""
    page.goto("/projects/")
    page.locator("#q").fill(words)
    page.locator("#q").press("Enter")
    page.wait_for_url(re.compile("q="))
    found = page.locator(".result h3", has_text=words)
    if finds:
        found.first.wait_for()
    assert (found.count() > 0) == finds


def test_the_whole_story(open_browser, backstage, has_script):
    title = f"Fair Recruitment {'with' if has_script else 'without'} Script"
    author, reviewer, visitor = open_browser("Amal"), open_browser("Ruth", Role.REVIEWER), open_browser()
    number = draft(author, title)
    complete(author)
    submit(author, number)

    # The reviewer returns one field with a reason.
    reviewer.goto("/staff/?queue=review&sort=newest")
    reviewer.get_by_role("link", name=title).click()
    reviewer.get_by_role("button", name="Start review").click()
    reviewer.locator("[name=mark-budget][value=returned]").check()
    reviewer.locator("[name=reason-budget]").fill("The agreement says 140,000.")
    reviewer.get_by_role("button", name="Return to the author").click()
    reviewer.get_by_text(f"R-{number} is returned to its author").wait_for()
    search(visitor, title, finds=False)

    # The author finds the reason at the field, mends it and submits again.
    author.goto("/staff/?queue=returned")
    author.get_by_role("link", name=title).click()
    author.get_by_role("link", name="Edit", exact=True).click()
    assert "The agreement says 140,000." in author.locator("#budget-reason").inner_text()
    author.locator("[name=budget]").fill("140000")
    submit(author, number)

    # The reviewer approves and publishes; the question says what becomes public.
    reviewer.goto(f"/staff/revisions/{number}")
    reviewer.get_by_role("button", name="Start review").click()
    reviewer.get_by_role("button", name="Approve").click()
    search(visitor, title, finds=False)
    reviewer.get_by_role("link", name="Publish now…").click()
    assert "A new record appears in the directory" in reviewer.locator(".bullet-list").inner_text()
    reviewer.get_by_role("button", name="Publish now").click()
    reviewer.get_by_text(f"R-{number} is published").wait_for()

    # A visitor finds it in the next request, by word and by filter.
    search(visitor, title, finds=True)
    visitor.goto("/projects/?country=KEN&status=completed&year=2021&per_page=100")
    visitor.get_by_role("link", name=title).click()
    assert "140,000.00" in visitor.locator(".facts-panel").inner_text()
    key = visitor.url.rsplit("/", 1)[1]

    # The history for staff and the audit trail tell the same.
    backstage.rollback()
    query = select(AuditEvent.verb).where(AuditEvent.subject_kind == "revision", AuditEvent.subject_id == number)
    verbs = [verb for verb in backstage.execute(query.order_by(AuditEvent.id)).scalars() if verb != "save"]
    assert verbs == ["draft", "submit", "claim", "return", "submit", "claim", "approve", "publish"]
    assert reviewer.locator(".event-log > li").count() == len(verbs)
    assert "The agreement says 140,000." in reviewer.locator(".event-log").inner_text()
    visitor.get_by_role("link", name="Change history").click()
    assert "Published" in visitor.locator(".timeline").inner_text()
    assert "Ruth" not in visitor.content()

    # Withdrawn: the address stays and says so.
    reviewer.goto(f"/staff/projects/{key}")
    reviewer.get_by_role("link", name="Withdraw record…").click()
    reviewer.locator("#reason").fill("Told as a story only.")
    reviewer.get_by_role("button", name="Withdraw record").click()
    reviewer.get_by_text("The record is withdrawn").wait_for()
    assert visitor.goto(f"/projects/{key}").status == 410
    assert "Told as a story only." in visitor.locator("main").inner_text()
    search(visitor, title, finds=False)
