"""Which published records an author is told of while writing, in their order, and what is said of each."""

import json

import pytest

from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, Office, import_records
from tests.page_text import words
from tests.promises.situations import looked_at
from tests.staff_clients import Colleague
from tests.urls import projects

TITLE = "Building border posts with neighbours"  # 37 characters, and no z


@pytest.fixture
def office(session):
    return Office(session())


@pytest.fixture
def noticed(app, session, office):
    """noticed(**draft) are the records that may be the same project: their titles, and what is said of each."""
    author = Colleague(app, session, office.author)

    def go(changing="", **draft):
        about = {}
        if changing:
            (checks,) = looked_at(author.get(f"/staff/projects/{changing}/edit")).query("[hx-vals]")
            about = json.loads(checks.attrs["hx-vals"])
        fields = COMPLETE.replace(**{"title": TITLE, "countries": ("KEN", "UGA"), "year": "2021"} | draft)
        answer = author.act("/staff/projects/check", **about, **fields.as_json())
        assert answer.status_code == 200
        listed = [item for item in looked_at(answer).query("ul > li") if projects(str(item.to_html()))]
        return [words(item).replace(" (opens a new tab)", "") for item in listed]

    return go


def longer(count):
    """The title with so many characters more, which none of its own is like."""
    return f"{TITLE} {'z' * (count - 1)}"


def record(title=TITLE, *, number="", year="", countries=""):
    return {"title": title, "project_id": number, "year": year, "benefiting_member_states": countries}


def test_the_same_title_stands_in_the_order_of_what_else_agrees(session, noticed):
    import_records(session, [
        record(number="N"),
        record(number="Y", year="2021"),
        record(number="C", year="1999", countries="Uganda;Peru"),
        record(number="CY", year="2021", countries="Kenya"),
        record("Quite another matter", number="O", year="2021", countries="Kenya"),
    ])  # fmt: skip
    assert noticed() == [
        f"{TITLE}, 2021, same country", f"{TITLE}, 1999, same country", f"{TITLE}, 2021", TITLE,
    ]  # fmt: skip


def test_likeness_goes_before_what_else_agrees(session, noticed):
    import_records(session, [record(longer(20), number="C", countries="Kenya"), record(number="N")])
    assert noticed() == [TITLE, f"{longer(20)}, same country"]


# Characters more than the title, and whether the record is told of: by itself, for its country, its year, for both.
# The titles are alike by 2 * 37 / (2 * 37 + count).
@pytest.mark.parametrize(
    ("count", "told"),
    [(36, "yes yes yes yes"), (37, "no yes yes yes"), (45, "no yes yes yes"), (46, "no yes no yes"),
     (51, "no yes no yes"), (52, "no no no yes"), (63, "no no no yes"), (64, "no no no no")],
)  # fmt: skip
def test_a_title_must_be_so_much_alike(session, noticed, count, told):
    import_records(session, [record(longer(count), number="L", year="2021", countries="Kenya")])
    drafts = [{"year": "1999", "countries": ("PER",)}, {"year": "1999"}, {"countries": ("PER",)}, {}]
    assert ["yes" if noticed(**draft) else "no" for draft in drafts] == told.split()


@pytest.mark.parametrize(("title", "count"), [("Borders", 0), ("Borders.", 1), ("BORDERS, Köln", 1)])
def test_a_title_of_less_than_eight_characters_is_like_nothing(session, noticed, title, count):
    import_records(session, [record(title.lower(), number="N")])
    assert len(noticed(title=title)) == count


def test_five_are_told_of_at_most(session, noticed):
    import_records(session, [record(number=f"N{number}") for number in range(7)])
    assert noticed() == [TITLE] * 5


def test_a_projects_id_is_enough_to_look(session, noticed):
    """Of this title neither all words nor two that stand beside each other by length are in the record's."""
    import_records(session, [record("Strengthening coordination between ministries", number="LM.1")])
    draft = {"title": "Strengthening koordination between ministrees"}
    assert noticed(**draft) == []
    assert noticed(**draft, number="LM.2") == []
    assert noticed(**draft, number="LM.1") == ["Strengthening coordination between ministries"]


def test_neither_the_record_itself_nor_what_is_not_public_is_told_of(office, noticed):
    office.revision(State.PUBLISHED, COMPLETE.replace(title=TITLE, number="P"))
    office.revision(State.WITHDRAWN, COMPLETE.replace(title=TITLE, number="W"))
    office.revision(State.SUBMITTED, COMPLETE.replace(title=TITLE, number="S"))
    assert noticed() == [f"{TITLE}, 2021, same country"]
    assert noticed(changing="P") == []
