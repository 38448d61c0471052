"""What public records lack in which language."""

import pytest

from portal.models import Project, Term
from portal.services.records.translations import gaps
from portal.services.records.translations.gaps import Lack
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, import_records


@pytest.fixture
def records(session, office):
    """English with a French title older than its source and a Spanish one by a machine; French; and one unstated."""
    draft = COMPLETE.replace(
        number="A.1", title_fr="Vieux", summary_fr="Résumé", title_es="Título", summary_es="Resumen",
        machine_translations=("title_es",),
    )  # fmt: skip
    project = office.revision(State.PUBLISHED, draft).project
    office.publish_change(project, title="Another title", title_es="Otro título", machine_translations=("title_es",))
    import_records(session, [
        {"project_id": "B.1", "title": "Bateaux", "title_language": "fr", "benefiting_member_states": "Senegal"},
        {"project_id": "C.1", "title": "Nobody says"},
    ])  # fmt: skip
    office.revision(State.WITHDRAWN, COMPLETE.replace(number="W.1"))
    return project


def test_records_are_counted_by_language_and_lack(session, records):
    counts = gaps.count(session())
    assert {pair: count for pair, count in counts.items() if count} == {
        (Lack.MISSING, "en"): 1,
        (Lack.MISSING, "es"): 1,
        (Lack.OUTDATED, "fr"): 1,
        (Lack.MACHINE, "es"): 1,
        (Lack.UNSTATED, ""): 1,
    }


@pytest.mark.parametrize(
    ("lack", "language", "found"),
    [
        (Lack.MISSING, "en", {"B.1": {"title_en": Lack.MISSING, "title_es": Lack.MISSING}}),
        (Lack.OUTDATED, "fr", {"A.1": {"title_fr": Lack.OUTDATED, "title_es": Lack.MACHINE}}),
        (Lack.MACHINE, "fr", {}),
        (Lack.UNSTATED, "", {"C.1": {}}),
    ],
)
def test_each_list_holds_what_it_counts(session, records, lack, language, found):
    shown, has_more = gaps.find(session(), lack, language, country_id=None, first=0, limit=20)
    assert {record.project.reference: record.lacks for record in shown} == found
    assert not has_more
    assert len(shown) == gaps.count(session())[lack, language]


def test_a_list_can_be_of_one_member_state_and_has_pages(session, records):
    ids = {term.code: term.id for term in session.query(Term).filter_by(facet="country")}

    def find(code, limit=1):
        country_id = ids.get(code)
        return gaps.find(session(), Lack.MISSING, "es", country_id=country_id, first=0, limit=limit)

    assert [record.project.reference for record in find("SEN")[0]] == ["B.1"]
    assert find("KEN")[0] == []
    import_records(session, [{"project_id": "D.1", "title": "Filets", "title_language": "fr"}])
    shown, has_more = find("")
    assert ([record.project.reference for record in shown], has_more) == (["B.1"], True)
    assert session.query(Project).count() == 5
