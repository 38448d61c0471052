"""Taking a record back from the public, and publishing several revisions at once."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.services.accounts import sessions
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE


class TestWithdrawal:
    @pytest.fixture
    def project(self, office):
        return office.revision(State.PUBLISHED).project

    @pytest.fixture
    def address(self, project):
        return f"/staff/projects/{project.slug}/withdraw"

    def test_it_asks_for_a_reason(self, project, address, reviewer):
        reviewer.press(reviewer.visit(address), address, status=422, reason=" ")
        assert project.published_at is not None

    def test_it_takes_the_record_from_the_public_and_says_why(self, project, address, reviewer, visit):
        led = reviewer.press(reviewer.visit(address), address, reason="Entered twice.")
        assert "Entered twice." in reviewer.visit(led).text
        assert "Entered twice." in visit(f"/projects/{project.slug}", status=410).text
        assert COMPLETE.title not in visit("/projects/").text

    def test_an_author_may_not(self, project, address, people):
        assert people["author"].get(address).status_code == 403
        assert people["author"].act(address, reason="Mine.").status_code == 403
        assert project.published_at is not None

    def test_it_happens_once(self, project, address, reviewer):
        reviewer.press(reviewer.visit(address), address, reason="Entered twice.")
        assert reviewer.get(address).status_code == 409
        assert reviewer.act(address, reason="Again.").status_code == 409
        assert project.withdrawn_reason == "Entered twice."


class TestSeveralAtOnce:
    @pytest.fixture
    def two(self, office):
        return [office.revision(State.APPROVED, COMPLETE.replace(title=title)) for title in ("First", "Second")]

    def ask(self, reviewer, two):
        return reviewer.visit("/staff/publish?" + "&".join(f"number={one.id}" for one in two))

    def test_it_says_which_and_publishes_all(self, reviewer, two, visit):
        page = self.ask(reviewer, two)
        assert len(page.select(".bullet-list > li")) == 2
        assert reviewer.act("/staff/publish", number=[one.id for one in two]).status_code == 303
        assert {one.state for one in two} == {State.PUBLISHED}
        assert "Second" in visit("/projects/").text

    def test_it_asks_who_one_is_when_the_last_proof_is_old(self, office, reviewer, two):
        row = sessions.find(office.session, reviewer.cookie())
        row.authenticated_at = now() - timedelta(minutes=11)
        office.session.commit()
        assert reviewer.act("/staff/publish", number=[one.id for one in two]).status_code == 401
        assert {one.state for one in two} == {State.APPROVED}

    def test_all_or_none(self, office, reviewer, two):
        waiting = office.revision(State.SUBMITTED, COMPLETE.replace(title="Third"))
        numbers = [one.id for one in (*two, waiting)]
        assert reviewer.act("/staff/publish", number=numbers).status_code == 409
        assert {one.state for one in two} == {State.APPROVED}

    def test_none_ticked_is_said(self, reviewer):
        assert reviewer.get("/staff/publish").status_code == 409
