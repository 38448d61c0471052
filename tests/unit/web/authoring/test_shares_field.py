"""Shares of member states in the form, the preview, the review and the public history."""

import pytest
from werkzeug.datastructures import MultiDict

from portal.search.index import current
from portal.services.editorial import merging
from portal.vocabulary.workflow import State
from portal.web.authoring.project_form import ProjectForm
from tests.factories import COMPLETE
from tests.pages import words

TWO = COMPLETE.replace(countries=("KEN", "UGA"), coverage="regional", country_shares=("KEN 60", "UGA 40"))


@pytest.fixture
def form(session):
    """form(text) is the form after this was typed, form() the one of the stored draft."""

    def build(*text):
        posted = MultiDict([("country_shares", part) for part in text]) if text else None
        return ProjectForm(current.current_snapshot().terms, TWO, "", posted)

    return build


@pytest.mark.parametrize(
    "text", ["Kenya 60; Uganda 40", "KEN 60;UGA 40", "Kenya: 60 %;Uganda = 40", "ken 60\nuga 40.00"]
)
def test_states_are_typed_by_name_or_code(form, text):
    assert form(text).draft().country_shares == ("KEN 60", "UGA 40")


def test_the_form_shows_names(form):
    assert 'value="Kenya 60; Uganda 40"' in str(form().country_shares())


def test_the_form_of_a_conflict_sends_one_value_a_share(form):
    assert form("", "KEN 60", "UGA 40").draft().country_shares == ("KEN 60", "UGA 40")


def test_an_emptied_field_means_equal_shares(form):
    assert form("").draft().country_shares == ()


def test_what_was_typed_is_shown_again(form):
    assert 'value="half for Kenya; the rest"' in str(form("half for Kenya; the rest").country_shares())


def test_the_order_of_shares_is_no_change():
    turned = TWO.replace(country_shares=("UGA 40", "KEN 60"))
    assert merging.digests(turned) == merging.digests(TWO)


def facts(page):
    """The facts of a project page, with plain spaces."""
    return words(page.one(".facts-list")).replace("\u00a0", " ")


def test_the_page_of_a_project_shows_shares(office, visit):
    revision = office.revision(State.PUBLISHED, TWO)
    assert "Kenya 60 %, Uganda 40 %" in facts(visit(f"/projects/{revision.project.slug}"))


def test_the_preview_shows_complete_shares(author, office):
    revision = office.draft(TWO)
    assert "Kenya 60 %, Uganda 40 %" in facts(author.visit(f"/staff/revisions/{revision.id}/preview"))


def test_the_preview_leaves_incomplete_shares_out(author, office):
    revision = office.draft(TWO.replace(country_shares=("KEN 60",)))
    assert "60 %" not in facts(author.visit(f"/staff/revisions/{revision.id}/preview"))


def test_the_review_shows_what_changes(author, office, session):
    revision = office.revision(State.PUBLISHED, TWO)
    change = office.change(revision.project, country_shares=("KEN 25", "UGA 75"))
    assert change.draft.country_shares == ("KEN 25", "UGA 75")
    reviewer = author.__class__(author.app, session).sign_in(office.reviewer)
    shown = words(reviewer.visit(f"/staff/revisions/{change.id}").one("#field-country_shares")).replace("\u00a0", " ")
    assert "Kenya 60 %" in shown
    assert "Uganda 75 %" in shown


def test_the_history_shows_what_the_shares_were(office, visit):
    revision = office.revision(State.PUBLISHED, TWO)
    office.publish_change(revision.project, country_shares=("KEN 25", "UGA 75"))
    text = words(visit(f"/projects/{revision.project.slug}/history").one(".timeline"))
    assert "Shares of the Member States" in text
    assert "Kenya 25" in text
    assert "Uganda 40" in text
