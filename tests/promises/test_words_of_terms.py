"""A search finds projects by the names of their terms in any language, whatever the language of the page."""

import pytest

from portal.models import ProjectTag, Term
from portal.search.directory import find
from portal.search.fulltext import text_index
from portal.search.query.filters import Filters
from portal.services.audit import recording
from portal.services.editorial import tag_confirmation
from portal.services.operations import migrations
from portal.vocabulary.tag_rules import rules_by_name
from portal.web.presentation import i18n
from tests.factories import import_records, make_account

RECORD = {
    "title": "One", "status": "Completed", "region": "Africa", "project_type": "Counter-Trafficking",
    "benefiting_member_states": "Comoros", "sdg": "5; 8.5; 17", "gcm": "20",
}  # fmt: skip


def found(text):
    return [project.title for project in find(Filters(text=text)).projects]


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize(
    "text",
    ["completed", "achevé", "finalizado", "Afrique", "ÁFRICA", "lutte contre la traite", "comoras", "Travail décent",
     "travail decent", "trabajo decente", "ALIANZAS", "egalite entre les sexes", "remesas", "envois de fonds"],
)  # fmt: skip
def test_each_name_of_a_term_finds_its_projects(session, text, language):
    import_records(session, [RECORD, {"title": "Two"}])
    with i18n.using(language):
        assert found(text) == ["One"]


def test_a_tag_that_is_confirmed_or_taken_back_is_found_or_not(session):
    import_records(session, [RECORD | {"sdg": "", "gcm": ""}])
    reviewer = make_account(session, role="reviewer")
    [project_id] = (project.id for project in find(Filters()).projects)
    rule = next(rule for rule in rules_by_name().values() if (rule.facet, rule.code) == ("gcm", "10"))
    assert found("trata de personas") == []
    run = tag_confirmation.confirm(session(), rule, [project_id], by=reviewer)
    session.commit()
    assert found("trata de personas") == ["One"]
    tag_confirmation.take_back(session(), run, by=reviewer)
    session.commit()
    assert found("trata de personas") == []


def test_an_upgrade_renews_the_documents_of_tagged_projects(session):
    import_records(session, [RECORD])
    term = session.query(Term).filter_by(facet="country", code="COM").one()
    term.extra = {"alpha2": "KM"}
    recording.record(session(), "change", "term", term.id)
    project_id = session.query(ProjectTag.project_id).first()[0]
    [document] = text_index.load_documents(session(), [project_id])
    names = document.term_names.replace("Remesas", "")
    text_index.remove(session(), [project_id])
    text_index.write(session(), [text_index.TextDocument(project_id, "", document.title, "", names)])
    session.commit()
    assert found("remesas") == []
    assert migrations.add_new_forms(session()) == 1
    session.commit()
    assert found("remesas") == ["One"]
