"""Proposed tags at the desk: lists by rule, a page that says what will happen, one POST, and what it did."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.models import AuditEvent, Project
from portal.services.accounts import sessions
from portal.services.editorial import idempotency, publication, tag_confirmation
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, import_records
from tests.loops import not_empty
from tests.page_text import words

RULES = "/staff/tag-proposals/"
RULE = f"{RULES}sdg-10.7-labour-migration"
CONFIRM = f"{RULE}/confirm"
LABOUR = {"project_type": "Labour Migration", "status": "Active"}


@pytest.fixture
def records(session):
    """records(count) are that many public records of the rule, as they are stored."""

    def make(count):
        import_records(session, [LABOUR | {"project_id": f"L.{n}", "title": f"Record {n}"} for n in range(count)])
        return session.query(Project).order_by(Project.id).all()

    return make


def numbers(page):
    """The number of records beside each rule of the list."""
    rows = [row.query("th, td") for row in page.select("main tbody tr")]
    return {(words(row[0]), words(row[1])): int(words(row[3])) for row in rows}


def boxes(page):
    return page.select("main input[type=checkbox]")


class TestLists:
    def test_each_rule_stands_with_its_number_of_records(self, records, reviewer):
        records(2)
        rules = numbers(reviewer.visit(RULES))
        assert len(rules) == 4
        assert rules["SDG 10.7 Orderly and safe migration", "Labour Migration"] == 2

    def test_the_rules_of_one_goal(self, records, reviewer):
        records(1)
        assert [tag for tag, _ in numbers(reviewer.visit(f"{RULES}?aim=sdg-8"))] == ["SDG 8.8 Labour rights"]
        assert len(numbers(reviewer.visit(f"{RULES}?aim=sdg-99"))) == 4

    def test_without_any_record_it_says_so(self, reviewer):
        assert "No rule proposes anything" in reviewer.visit(RULES).text

    def test_what_is_not_public_or_states_it_is_not_listed(self, office, reviewer):
        for state in (State.DRAFT, State.SUBMITTED, State.APPROVED, State.WITHDRAWN):
            office.revision(state, COMPLETE.replace(title=f"Hidden {state}"))
        office.revision(State.PUBLISHED, COMPLETE.replace(title="Tagged", sdg=("10.7",)))
        office.revision(State.PUBLISHED, COMPLETE.replace(title="Shown"))
        page = reviewer.visit(RULE)
        assert [words(row) for row in page.select("main tbody th a")] == ["Shown"]

    def test_a_rule_is_paged_and_a_page_can_be_selected_whole(self, records, reviewer):
        records(23)
        assert (len(boxes(reviewer.visit(RULE))), len(boxes(reviewer.visit(f"{RULE}?page=2")))) == (20, 3)
        assert not [box for box in boxes(reviewer.visit(RULE)) if "checked" in box.attrs]
        for address in (f"{RULE}?selected=all", f"{RULE}?page=9&selected=all", f"{RULE}?page=x&selected=all"):
            for box in not_empty(boxes(reviewer.visit(address))):
                assert "checked" in box.attrs

    def test_a_rule_that_there_is_not(self, reviewer):
        assert reviewer.get(f"{RULES}sdg-10.7-nothing").status_code == 404
        assert reviewer.get(f"{RULES}sdg-10.7-nothing/confirm?all=yes").status_code == 404


class TestConfirming:
    def ask(self, reviewer, *projects):
        return reviewer.visit(f"{CONFIRM}?" + "&".join(f"project={project.id}" for project in projects))

    def test_it_says_what_will_happen_and_does_it(self, records, reviewer, visit):
        one, two, other = records(3)
        page = self.ask(reviewer, one, two)
        assert words(page.one("h1")) == "Confirm a tag for 2 records"
        consequences = words(page.one(".bullet-list"))
        assert "2 records get the tag SDG target 10.7, Orderly and safe migration" in consequences
        assert "Target 10.7 is about orderly and safe migration." in consequences
        assert visit("/projects/?sdg=10.7").text.count('class="result"') == 0
        led = reviewer.press(page, CONFIRM, project=[one.id, two.id])
        result = reviewer.visit(led)
        assert "2 records changed" in result.text
        assert "left as" not in result.text
        listed = visit("/projects/?sdg=10.7")
        assert {"Record 0", "Record 1"} <= set(map(words, listed.select("h3 a")))
        assert "Record 2" not in listed.text
        assert other.version == 1

    def test_the_page_of_the_record_states_it_and_its_history_tells(self, records, reviewer, visit):
        (one,) = records(1)
        before = visit("/projects/L.0")
        assert "Goals it serves" not in before.text
        assert words(before.one(".suggested-goals")).count("Orderly and safe migration") == 1
        reviewer.press(self.ask(reviewer, one), CONFIRM)
        after = visit("/projects/L.0")
        assert "Orderly and safe migration" in words(after.one("section[aria-labelledby=tags]"))
        assert "10.7" not in words(after.one(".suggested-goals"))
        assert "10.7 Orderly and safe migration" in words(visit("/projects/L.0/history").one(".timeline"))

    def test_all_of_the_rule(self, records, reviewer):
        made = records(23)
        page = reviewer.visit(f"{CONFIRM}?all=yes")
        assert "23 records get the tag" in page.text
        assert len(page.select("input[name=project]")) == 23
        reviewer.press(page, CONFIRM, project=[project.id for project in made])
        assert "Nothing is left to confirm" in reviewer.visit(RULE).text

    def test_of_many_the_newest_first_and_it_says_how_many_remain(self, records, reviewer, monkeypatch):
        records(tag_confirmation.MAX_RECORDS + 3)
        page = reviewer.visit(f"{CONFIRM}?all=yes")
        assert len(page.select("input[name=project]")) == tag_confirmation.MAX_RECORDS
        assert "3 more remain in the list" in page.text

    def test_what_changed_meanwhile_is_told(self, office, records, reviewer):
        one, two, gone = records(3)
        page = self.ask(reviewer, one, two, gone)
        reviewer.press(self.ask(reviewer, two), CONFIRM)
        publication.withdraw(office.session, gone, reason="Wrong.", by=office.second)
        office.session.commit()
        result = reviewer.visit(reviewer.press(page, CONFIRM, project=[one.id, two.id, gone.id])).text
        assert "One record changed" in result
        assert "2 records left as they were" in result
        assert "It has the tag already." in result
        assert "It is not public." in result

    def test_an_open_change_is_told_before(self, office, reviewer):
        project = office.revision(State.PUBLISHED).project
        office.change(project, budget="1.00")
        assert "One of them has an open change." in self.ask(reviewer, project).text

    def test_none_and_too_many_are_refused(self, records, reviewer):
        (one,) = records(1)
        many = [str(number) for number in range(1, tag_confirmation.MAX_RECORDS + 2)]
        for chosen in ([], ["x"], many):
            assert reviewer.act(CONFIRM, project=chosen).status_code == 409
        assert reviewer.get(CONFIRM).status_code == 409
        assert one.version == 1

    def test_sent_twice_it_happens_once(self, session, records, reviewer):
        (one,) = records(1)
        key = idempotency.new_key()
        led = {reviewer.post(CONFIRM, {"key": key, "project": [one.id]}).location for _ in range(2)}
        assert len(led) == 1
        assert session.query(AuditEvent).filter_by(verb="confirm tags").count() == 1

    def test_it_asks_who_one_is_when_the_last_proof_is_old(self, office, records, reviewer):
        (one,) = records(1)
        row = sessions.find(office.session, reviewer.cookie())
        row.authenticated_at = now() - timedelta(minutes=11)
        office.session.commit()
        assert reviewer.act(CONFIRM, project=[one.id]).status_code == 401
        assert one.version == 1

    @pytest.mark.parametrize("who", ["author", "other author"])
    def test_authors_may_not(self, records, people, who):
        (one,) = records(1)
        for address in (RULES, RULE, f"{CONFIRM}?all=yes"):
            assert people[who].get(address).status_code == 403
        assert people[who].act(CONFIRM, project=[one.id]).status_code == 403
        assert one.version == 1

    def test_only_reviewers_and_administrators_have_it_in_their_menu(self, people):
        shown = {name: RULES in one.visit("/staff/").links for name, one in people.items()}
        assert shown == {
            "author": False, "other author": False, "reviewer": True, "second reviewer": True, "administrator": True,
        }  # fmt: skip


class TestWhatFilesSay:
    """No file and no answer of the API states what is only proposed."""

    ADDRESSES = ("L.0.csv", "L.0.json", "L.0.jsonl", "L.0.xml", "L.0.360.json", "L.0.geojson")

    def saying(self, client):
        return [name for name in self.ADDRESSES if "10.7" in client.get(f"/projects/{name}").text]

    def test_a_tag_stands_in_them_once_it_is_confirmed(self, records, reviewer, client):
        (one,) = records(1)
        assert self.saying(client) == []
        assert client.get("/api/v1/projects/L.0").json["item"]["sdg"] == []
        reviewer.act(CONFIRM, project=[one.id])
        assert {"L.0.csv", "L.0.json", "L.0.jsonl"} <= set(self.saying(client))
        assert len(client.get("/api/v1/projects/L.0").json["item"]["sdg"]) == 1


class TestTakingBack:
    @pytest.fixture
    def run(self, records, reviewer):
        """The address of a run that tagged two records."""
        ids = [project.id for project in records(2)]
        return reviewer.act(CONFIRM, project=ids).location

    def test_it_says_what_will_happen_and_does_it(self, run, reviewer, visit):
        address = f"{run}/take-back"
        assert address in reviewer.visit(run).links
        page = reviewer.visit(address)
        assert words(page.one("h1")) == "Take a tag back from 2 records"
        result = reviewer.visit(reviewer.press(page, address))
        assert words(result.one("h1")) == "Tags taken back"
        assert not [link for link in result.links if "take-back" in link]
        assert visit("/projects/?sdg=10.7").text.count('class="result"') == 0
        assert numbers(reviewer.visit(RULES))["SDG 10.7 Orderly and safe migration", "Labour Migration"] == 2

    def test_what_took_tags_back_cannot_be_taken_back(self, run, reviewer):
        led = reviewer.act(f"{run}/take-back").location
        assert reviewer.get(f"{led}/take-back").status_code == 409
        assert reviewer.act(f"{led}/take-back").status_code == 409

    def test_an_author_may_not(self, run, people, visit):
        for address in (run, f"{run}/take-back"):
            assert people["author"].get(address).status_code == 403
        assert people["author"].act(f"{run}/take-back").status_code == 403
        assert visit("/projects/?sdg=10.7").text.count('class="result"') == 2

    def test_a_run_that_there_is_not(self, reviewer):
        assert reviewer.get(f"{RULES}runs/99999").status_code == 404

    def test_the_audit_log_shows_it(self, run, people):
        assert "confirm tags" in people["administrator"].visit("/staff/audit/?what=confirm+tags").text
