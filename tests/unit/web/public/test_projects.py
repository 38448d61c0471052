"""The page of one project, and its address."""

import json

import pytest

from portal.models import Project, SlugHistory
from portal.services.audit import recording
from portal.vocabulary.workflow import State
from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import words

pytestmark = pytest.mark.usefixtures("sample")


def facts(page):
    return [(words(row.query("dt")[0]), words(row.query("dd")[0])) for row in page.select(".facts-list > div")]


def test_the_ten_fields_in_their_order(visit):
    assert facts(visit("/projects/LM.0024")) == [
        ("Start Date", "2008"),
        ("End Date", "2009"),
        ("Project Status", "Completed"),
        ("Project Type", "Labour Migration"),
        ("Budget Amount (USD)", "64,240.00"),
        ("Coverage", "National"),
        ("Year", "2008"),
        ("IDF Region", "Europe"),
        ("Projects ID", "LM.0024"),
        ("Benefiting Member States", "Georgia"),
    ]


def test_what_is_not_stated_is_said_so(visit, session):
    key = session.query(Project.slug).filter(Project.budget.is_(None), Project.reference.is_(None)).first()[0]
    stated = dict(facts(visit(f"/projects/{key}")))
    assert stated["Budget Amount (USD)"] == stated["Projects ID"] == "Not stated"


def test_values_lead_into_the_directory(visit):
    links = visit("/projects/LM.0024").links
    for query in ("type=labour-migration", "coverage=national", "region=europe", "country=GEO", "year=2008"):
        assert f"/projects/?{query}" in links


@pytest.mark.parametrize("wrong", ["lm.0024", "Lm.0024"])
def test_wrong_case_redirects(client, wrong):
    answer = client.get(f"/projects/{wrong}")
    assert (answer.status_code, answer.location) == (301, "/projects/LM.0024")


_LINKED = ("LM.0024.", "LM.0024)", "(lm.0024).", "LM.0024%20", "%E2%80%9CLM.0024%E2%80%9D", "LM.0024%3E")


@pytest.mark.parametrize("wrong", _LINKED)
def test_punctuation_that_a_link_took_along_redirects(client, wrong):
    answer = client.get(f"/projects/{wrong}")
    assert (answer.status_code, answer.location) == (301, "/projects/LM.0024")


def test_punctuation_at_the_address_of_a_withdrawn_record(client, office):
    slug = office.revision(State.WITHDRAWN).project.slug
    assert client.get(f"/projects/{slug}.").status_code == 410


def test_a_former_address_redirects(client, session):
    project = session.query(Project).filter_by(reference="LM.0024").one()
    session.add(SlugHistory(slug_folded="n-old", project_id=project.id))
    recording.record(session(), "move", "project", project.id)
    session.commit()
    assert client.get("/projects/N-old").location == "/projects/LM.0024"


@pytest.mark.parametrize("key", ["LM.9999", "1%00", "-1", "..%2f..%2fetc", "%252e", "LM.0024%20LM.0025", "a" * 500])
def test_an_unknown_address_is_a_page_that_helps(visit, key):
    page = visit(f"/projects/{key}", status=404)
    assert page.heading == "Page not found"


def test_an_unpublished_project_is_not_there(client, session):
    project = session.query(Project).filter_by(reference="LM.0024").one()
    project.published_at = None
    recording.record(session(), "hide", "project", project.id)
    session.commit()
    assert client.get("/projects/LM.0024").status_code == 404


def test_the_linked_data_says_what_the_page_says(visit):
    grant = json.loads(visit("/projects/LM.0024").one('script[type="application/ld+json"]').to_text())
    assert grant["@type"] == "MonetaryGrant"
    assert grant["amount"] == {"@type": "MonetaryAmount", "currency": "USD", "value": 64240.0}
    assert grant["fundedItem"]["areaServed"] == [{"@type": "Country", "name": "Georgia", "identifier": "GEO"}]


def test_the_citation_names_id_money_and_permanent_address(visit):
    citation = words(visit("/projects/LM.0024").one("#citation"))
    assert "Project LM.0024, USD 64,240." in citation
    assert citation.endswith("http://127.0.0.1:8000/projects/LM.0024")


def test_related_projects_say_what_they_share(visit):
    reasons = [words(reason) for reason in visit("/projects/LM.0024").select(".result-reason")]
    assert reasons
    assert all("Georgia" in reason or "Labour migration" in reason for reason in not_empty(reasons))


def test_projects_with_all_kinds_of_gaps_have_a_page(visit, session):
    for (key,) in session.query(Project.slug).order_by(Project.id).limit(8):
        visit(f"/projects/{key}")


def test_shares_that_do_not_total_100_are_shown_before_and_after(session, visit):
    row = {"project_id": "A.1", "title": "One", "benefiting_member_states": "Uganda; Kenya", "country_shares": "60; 30"}
    import_records(session, [row])
    assert dict(facts(visit("/projects/A.1")))["Benefiting Member States"] == (
        "Kenya 33.33 %, Uganda 66.67 % The source states 30 %; 60 %, in total 90 %. The shares shown are in "
        "proportion, so that they total 100 %: how we count."
    )


def test_shares_that_total_100_are_shown_alone(session, visit):
    row = {"project_id": "A.1", "title": "One", "benefiting_member_states": "Uganda; Kenya", "country_shares": "60; 40"}
    import_records(session, [row])
    assert dict(facts(visit("/projects/A.1")))["Benefiting Member States"] == "Kenya 40 %, Uganda 60 %"
