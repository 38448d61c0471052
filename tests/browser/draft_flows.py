"""The form of a project as a person at a browser uses it."""

import re
from contextlib import contextmanager

NEW = "/staff/projects/new"
SAVED = re.compile("Saved at")
EDITED, SUBMITTED = re.compile(r"/staff/revisions/\d+/edit"), re.compile(r"/staff/revisions/\d+(\?|$)")


def fill(page):
    """Everything that a submission asks for but the title."""
    page.get_by_label("Summary", exact=True).fill("Trains inspectors.\n\n- Two workshops")
    page.get_by_label("Project type").select_option("labour-migration")
    page.get_by_label("Year of allocation").fill("2021")
    page.get_by_role("radio", name="Completed").check()
    page.get_by_role("radio", name="National", exact=True).check()
    page.get_by_role("group", name="Benefiting member states").get_by_label("Kenya").check()
    page.get_by_label("IDF region").select_option("africa")
    page.get_by_label("Budget amount").fill("150000")


def press(page, name):
    page.get_by_role("button", name=name).last.click()


@contextmanager
def another_page(page):
    """What is done within leads to another page; that page is there afterwards.

    The form saves what was typed before it is submitted, and then has another address already: to `wait_for_url` and
    `expect_navigation` that looks like the page that the button leads to, and the next step breaks the submission off.
    """
    page.wait_for_load_state()
    with page.expect_event("load"):
        yield


def refused(complaints):
    """The browser notes every answer of 400 and more on its console."""
    complaints[:] = [line for line in complaints if "Failed to load resource" not in line]


def typed_out_of_reach(context, page, words):
    """A title in a new form that no save while typing brings to the portal."""
    page.goto(NEW)
    context.route("**/autosave", lambda route: route.abort())
    page.get_by_label("Title", exact=True).fill(words)
