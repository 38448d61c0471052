"""Renaming, merging and removing terms: records, drafts, addresses, search and the audit trail follow."""

import csv

import pytest

from portal.errors import InvalidTermChange, NotFound
from portal.models import AuditEvent, Project, ProjectCountry, ProjectTag, Revision, Term
from portal.search import directory
from portal.search.fulltext import text_index
from portal.search.query.filters import Filters
from portal.services.editorial import publication
from portal.services.imports import Report, import_file
from portal.services.operations import terms
from portal.vocabulary.workflow import State
from tests.factories import COLUMNS, COMPLETE, Office, import_records
from tests.loops import not_empty
from tests.queries import filters_of


@pytest.fixture
def load(session, tmp_path):
    """load(*rows) imports them and adds new terms; each row is (project_id, title, status, countries, others)."""

    def go(*rows):
        path, report = tmp_path / "in.csv", Report()
        named = ("project_id", "title", "status", "benefiting_member_states", "other_countries")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(dict(zip(named, row, strict=True)) for row in rows)
        import_file(session(), path, report=report, new_terms="add")
        session.commit()
        return report

    return go


@pytest.fixture
def mistaken(session, load):
    """Two records of which one has a misspelt status."""
    load(("X.1", "One", "Actve", "Ghana", ""), ("X.2", "Two", "Active", "Ghana", ""))
    return terms.get_term(session(), "status", "actve")


def searched(query):
    return filters_of(query)


def found(query):
    return sorted(project.slug for project in directory.find(searched(query)).projects)


def last_event(session):
    return session.query(AuditEvent).order_by(AuditEvent.id.desc()).first()


def test_terms_are_listed_with_what_has_them(session, mistaken):
    Office(session()).revision(State.DRAFT, COMPLETE.replace(status="actve"))
    use = next(use for use in terms.list_terms(session(), "status") if use.term.code == "actve")
    assert (use.records, use.drafts, use.narrower, use.is_used) == (1, 1, 0, True)
    assert str(use) == "1 record, 1 open draft and 0 narrower terms"


def test_the_records_of_a_theme_are_those_of_its_types(session):
    import_records(session, [{"title": "One", "project_type": "Labour Migration"}, {"title": "Two"}])
    theme = session.query(Term).filter_by(facet="type", code="labour-migration").one().parent_id
    uses = {use.term.id: use for use in terms.list_terms(session(), "theme")}
    assert uses[theme].records == 1
    assert sum(use.records for use in uses.values()) == 1
    assert uses[theme].narrower > 0


def test_a_renamed_term_keeps_its_code_and_is_found_by_both_names(session, mistaken):
    assert terms.rename(session(), mistaken, " Under  way ") == 1
    session.commit()
    term = terms.get_term(session(), "status", "ACTVE")
    assert (term.name, term.names["en"], term.aliases) == ("Under way", "Under way", ["Actve"])
    assert found("status=actve") == found("q=under+way") == ["X.1"]
    assert found("q=actve") == ["X.1"]
    event = last_event(session)
    assert (event.verb, event.subject_id, event.after["from"], event.after["to"]) == (
        "rename term", "actve", "Actve", "Under way",
    )  # fmt: skip


def test_an_import_knows_the_former_name(session, mistaken, load):
    terms.rename(session(), mistaken, "Under way")
    session.commit()
    report = load(("X.1", "One", "Actve", "Ghana", ""))
    assert (report.unchanged, report.refused) == (1, 0)
    assert session.query(Term).filter_by(facet="status", name="Actve").count() == 0


def test_a_name_in_another_language_leaves_the_english_one(session, mistaken):
    terms.rename(session(), mistaken, "En route", language="fr")
    assert (mistaken.name, mistaken.names) == ("Actve", {"en": "Actve", "fr": "En route"})


def test_a_name_takes_the_forms_of_its_language_along(session):
    """They are those of the former name: the article of another one may differ."""
    term = terms.get_term(session(), "country", "COM")
    terms.rename(session(), term, "Union des Comores", language="fr")
    assert ("phrase_fr" in term.extra, term.extra["phrase_es"], term.phrase) == (False, "las Comoras", "the Comoros")


@pytest.mark.parametrize("name", ["Active", " aCTIVE", "Completed"])
def test_a_name_that_is_a_spelling_of_another_term_is_refused(session, mistaken, name):
    with pytest.raises(InvalidTermChange, match="portal terms merge status actve"):
        terms.rename(session(), mistaken, name)


@pytest.mark.parametrize("name", ["", "  ", "\N{ZERO WIDTH SPACE}"])
def test_an_empty_name_is_refused(session, mistaken, name):
    with pytest.raises(InvalidTermChange, match="empty"):
        terms.rename(session(), mistaken, name)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State.DRAFT, "active"), (State.RETURNED, "active"), (State.IN_REVIEW, "active"), (State.SUBMITTED, "actve"),
        (State.APPROVED, "actve"), (State.DISCARDED, "actve"),
    ],
)  # fmt: skip
def test_merging_moves_records_and_the_drafts_that_may_be_edited(session, mistaken, state, code):
    revision = Office(session()).revision(state, COMPLETE.replace(status="actve"))
    version = session.query(Project).filter_by(slug="X.1").one().version
    assert terms.merge(session(), mistaken, terms.get_term(session(), "status", "active")) == 1
    session.commit()
    assert found("status=active") == ["X.1", "X.2"]
    assert session.query(Project).filter_by(slug="X.1").one().version == version
    assert session.get(Revision, revision.id).draft.status == code
    after = {"list": "status", "from": "actve", "to": "active", "name": "Actve", "records": 1}
    assert last_event(session).after == after
    with pytest.raises(NotFound, match="portal terms list status"):
        terms.get_term(session(), "status", "actve")


def test_an_approved_revision_with_a_merged_term_is_published(session, mistaken):
    office = Office(session())
    revision = office.revision(State.APPROVED, COMPLETE.replace(status="actve", title="Approved before"))
    terms.merge(session(), mistaken, terms.get_term(session(), "status", "active"))
    session.commit()
    publication.publish(session(), revision, by=office.second)
    session.commit()
    project = session.query(Project).filter_by(title="Approved before").one()
    assert project.status_id == terms.get_term(session(), "status", "active").id


def test_the_address_and_the_spelling_of_a_merged_term_go_on_working(session, mistaken, load):
    terms.merge(session(), mistaken, terms.get_term(session(), "status", "active"))
    session.commit()
    result = directory.find(searched("status=actve"))
    assert result.total == 2
    assert str(result.filters) == "status=active"
    assert load(("X.1", "One", "Actve", "Ghana", "")).unchanged == 1


def test_a_chain_of_merges_leads_to_the_last_term(session, mistaken, load):
    load(("X.3", "Three", "Runing", "Ghana", ""))
    terms.merge(session(), terms.get_term(session(), "status", "runing"), mistaken)
    terms.merge(session(), terms.get_term(session(), "status", "actve"), terms.get_term(session(), "status", "active"))
    session.commit()
    assert found("status=runing") == found("status=actve") == ["X.1", "X.2", "X.3"]


def test_countries_merge_where_a_record_has_both(session, load):
    load(("X.1", "One", "", "Ghana; Togo", ""), ("X.2", "Two", "", "Togo", "Ghana"), ("X.3", "Three", "", "Ghana", ""))
    ghana, togo = (terms.get_term(session(), "country", code) for code in ("GHA", "TGO"))
    assert terms.merge(session(), ghana, togo) == 3
    session.commit()
    links = session.query(ProjectCountry).all()
    assert [(link.term_id, link.is_eligible) for link in links] == [(togo.id, True)] * 3
    assert found("country=GHA") == ["X.1", "X.2", "X.3"]
    assert text_index.find_stale_documents(session()) == []


def test_a_record_without_an_id_is_found_again_after_its_country_is_merged(session, load):
    load(("", "One", "", "Ghana", ""))
    terms.merge(session(), *(terms.get_term(session(), "country", code) for code in ("GHA", "TGO")))
    session.commit()
    report = load(("", "One", "", "Togo", ""))
    assert (report.unchanged, report.added) == (1, 0)


def test_a_broader_term_is_merged_into_a_narrower_one(session):
    broader = terms.get_term(session(), "sdg", "10")
    narrower = session.query(Term).filter_by(facet="sdg", parent_id=broader.id).order_by(Term.id).all()
    into, code = narrower[0], narrower[0].code
    above = broader.parent_id
    terms.merge(session(), broader, into)
    session.commit()
    assert terms.get_term(session(), "sdg", code).parent_id == above
    others = session.query(Term.parent_id).filter(Term.id.in_([term.id for term in narrower[1:]])).all()
    assert {parent_id for (parent_id,) in not_empty(others)} == {into.id}


def test_a_long_code_is_told_in_full(session, load):
    load(("X.1", "One", "Status " + "long " * 20, "Ghana", ""))
    term = session.query(Term).filter(Term.code.like("status-long%")).one()
    code = term.code
    assert len(code) > 64
    terms.rename(session(), term, "Short")
    session.commit()
    assert last_event(session).after["code"] == code


def test_a_term_cannot_be_merged_into_itself(session, mistaken):
    with pytest.raises(InvalidTermChange, match="into itself"):
        terms.merge(session(), mistaken, mistaken)


def test_only_a_term_that_nothing_has_is_removed(session, mistaken):
    with pytest.raises(InvalidTermChange, match=r"1 record, .*portal terms merge status actve"):
        terms.remove(session(), mistaken)
    session.query(Project).filter_by(slug="X.1").one().status_id = None
    terms.recording.record(session(), "change", "project", session.query(Project).filter_by(slug="X.1").one().id)
    terms.remove(session(), mistaken)
    session.commit()
    assert session.query(Term).filter_by(facet="status", code="actve").count() == 0
    assert last_event(session).verb == "remove term"
    assert found("") == ["X.1", "X.2"]


def test_a_term_stays_while_a_waiting_revision_has_its_former_code(session, mistaken):
    Office(session()).revision(State.APPROVED, COMPLETE.replace(status="actve"))
    completed = terms.get_term(session(), "status", "completed")
    terms.merge(session(), mistaken, completed)
    session.commit()
    project = session.query(Project).filter_by(slug="X.1").one()
    project.status_id = None
    terms.recording.record(session(), "change", "project", project.id)
    with pytest.raises(InvalidTermChange, match="0 records, 1 open draft"):
        terms.remove(session(), completed)


def test_an_empty_search_needs_no_terms(session, mistaken):
    assert directory.find(Filters()).total == 2


def test_drafts_that_have_several_countries_follow_a_merge(session, load):
    countries = COMPLETE.replace(countries=("GHA", "KEN", "TGO"), other_countries=("BEN",))
    revision = Office(session()).draft(countries)
    terms.merge(session(), *(terms.get_term(session(), "country", code) for code in ("GHA", "TGO")))
    session.commit()
    assert revision.draft == countries.replace(countries=("TGO", "KEN"))


def test_a_session_that_merged_a_target_no_longer_knows_the_former_link(session):
    import_records(session, [{"title": "One", "sdg": "8.8"}])
    former, into = (terms.get_term(session(), "sdg", code) for code in ("8.8", "10.7"))
    # Held, or the session would forget it anyway.
    link = session.query(ProjectTag).one()
    before, after = ((link.project_id, term.id) for term in (former, into))
    terms.merge(session(), former, into)
    assert session.get(ProjectTag, before) is None
    assert session.get(ProjectTag, after) is not None
