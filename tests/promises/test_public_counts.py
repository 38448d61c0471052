"""What a page of staff says that publishing will do to the public counts, and what it really does; and that taking a
record back, and publishing it again, leaves no trace in them."""

import re

import pytest

from portal.models import Project, Revision
from portal.services.editorial import review
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, Office, import_records
from tests.page_text import words
from tests.promises.situations import looked_at

# The facets whose counts are told, in their order, as their fields are called.
FACETS = {"status": "Project Status", "type": "Project Type", "coverage": "Coverage", "region": "IDF Region"}
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z")
PAGES = ("/", "/projects/", "/projects/?view=table", "/where-we-work/", "/data-and-research/", "/2030-agenda/")
OTHERS = [
    {"project_id": "A", "title": "Another", "status": "Active", "project_type": "Labour Migration", "year": "2001",
     "coverage": "National", "region": "Africa", "benefiting_member_states": "Kenya", "budget_usd": "5"},
    {"project_id": "B", "title": "One more", "status": "Completed", "region": "Europe"},
]  # fmt: skip


@pytest.fixture
def office(session):
    import_records(session, OTHERS)
    return Office(session())


def counts(client):
    """The number of projects beside each value of the facets, and of all, as the list of projects prints them."""
    page = looked_at(client.get("/projects/"))
    found = {
        "All projects": int(re.search("[0-9]+|$", words(page.query("[role=status]")[0]).replace("one", "1"))[0] or 0)
    }
    for facet, name in FACETS.items():
        for label in page.query(f"#facet-{facet} label"):
            box = label.query("input")[0].attrs
            if box["type"] == "checkbox" and box["value"] != "none":
                spans = [words(span) for span in label.query("span")]
                found[f"{name} {spans[0]}"] = int(spans[1].split()[0])
    return found


def moved(before, after):
    """The sentences that should be said: all projects, then facet by facet what falls and what rises."""
    changed = [name for name in before | after if before.get(name, 0) != after.get(name, 0)]
    places = ["All projects", *FACETS.values()]
    changed.sort(key=lambda name: before.get(name, 0) < after.get(name, 0))
    changed.sort(key=lambda name: next(place for place, start in enumerate(places) if name.startswith(start)))
    return [f"{name}: {before.get(name, 0)} → {after.get(name, 0)}" for name in changed]


def said(person, revision):
    """What the page of a revision says of the counts, and what the question before publishing says."""
    aside = looked_at(person.get(f"/staff/revisions/{revision.id}")).query("aside")[0]
    beside = [words(item) for item in aside.query("section ul li")]
    question = looked_at(person.get(f"/staff/revisions/{revision.id}/publish"))
    points = [words(item) for item in question.query("main section ul li")]
    return beside, [point for point in points if "→" in point]


NEW = COMPLETE.replace(title="A new one", number="N")
CHANGES = {
    "nothing that is counted": {"title": "A better title", "budget": "1.00", "year": "2022", "countries": ("UGA",)},
    "the status": {"status": "active"},
    "the type": {"project_type": "immigration-and-borders"},
    "the coverage": {"coverage": "regional", "countries": ("KEN", "UGA")},
    "the region": {"region": "europe", "countries": ("GEO",)},
    "everything": {"status": "active", "project_type": "counter-trafficking", "coverage": "global", "region": "global",
                   "countries": ()},
}  # fmt: skip


def approved(office, revision):
    review.claim(office.session, revision, by=office.reviewer)
    review.approve(office.session, revision, version=revision.version, by=office.reviewer)
    office.session.commit()
    return revision


def check(client, reviewer, revision):
    """Publish it, and compare what was said with what happened."""
    before, told = counts(client), said(reviewer, revision)
    answer = reviewer.act(f"/staff/revisions/{revision.id}/publish", version=str(revision.version))
    assert answer.status_code == 303
    real = moved(before, counts(client))
    assert told == (real, real)
    return real


def test_a_new_record_moves_the_counts_that_were_told(client, office, people):
    real = check(client, people["reviewer"], office.revision(State.APPROVED, NEW))
    assert real == [
        "All projects: 2 → 3", "Project Status Completed: 1 → 2", "Project Type Labour Migration: 1 → 2",
        "Coverage National: 1 → 2", "IDF Region Africa: 1 → 2",
    ]  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_moves_the_counts_that_were_told(client, office, people, what):
    project = office.revision(State.PUBLISHED, NEW).project
    real = check(client, people["reviewer"], approved(office, office.change(project, **CHANGES[what])))
    assert len(real) == 2 * len(FACETS.keys() & {"type" if name == "project_type" else name for name in CHANGES[what]})


def test_what_an_import_left_open_is_told_when_it_is_filled_in(client, session, office, people):
    project = session.query(Project).filter_by(reference="B").one()
    draft = NEW.replace(title="One more", number="B").as_json()
    changes = {name: tuple(value) if isinstance(value, list) else value for name, value in draft.items()}
    real = check(client, people["reviewer"], approved(office, office.change(project, **changes)))
    assert real == [
        "Project Type Labour Migration: 1 → 2", "Coverage National: 1 → 2", "IDF Region Europe: 1 → 0",
        "IDF Region Africa: 1 → 2",
    ]  # fmt: skip


def is_told(person, revision):
    return "→" in words(looked_at(person.get(f"/staff/revisions/{revision.id}")).query("aside")[0])


def texts(client):
    """What each page says, but for the moment of the last change."""
    return {address: _MOMENT.sub("", client.get(address).text) for address in PAGES}


def test_a_record_that_is_taken_back_leaves_no_trace_and_comes_back_whole(client, office, people):
    author, reviewer = people["author"], people["reviewer"]
    without = texts(client)
    revision = office.revision(State.PUBLISHED, NEW)
    with_it = texts(client)
    assert [address for address in PAGES if with_it[address] == without[address]] == []
    assert not is_told(reviewer, revision)
    assert reviewer.act("/staff/projects/N/withdraw", reason="Entered twice.").status_code == 303
    assert texts(client) == without
    assert not is_told(reviewer, revision)
    restored = author.act(f"/staff/revisions/{revision.id}/restore", version=str(revision.version)).location
    assert texts(client) == without
    number = int(restored.rsplit("/", 1)[1])
    assert author.act(f"{restored}/submit", version="1").status_code == 303
    again = approved(office, office.session.get(Revision, number))
    assert check(client, reviewer, again)[0] == "All projects: 2 → 3"
    assert texts(client) == with_it


def test_what_is_not_published_moves_nothing_and_is_told_where_it_can_be(client, office, people):
    before, told = texts(client), {}
    for state in (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.APPROVED, State.SCHEDULED):
        revision = office.revision(state, NEW.replace(title=f"A record, {state}", number=""))
        told[str(state)] = is_told(people["author"], revision)
    assert texts(client) == before
    assert {state for state in told if told[state]} == {"submitted", "in review", "approved", "scheduled"}
