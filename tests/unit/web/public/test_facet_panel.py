"""The boxes beside the directory: their order and their groups."""

from portal.models import Catalogue, Term
from portal.services.audit import recording
from tests.factories import import_records
from tests.pages import words


def values(page, facet):
    return [box.attrs["value"] for box in page.select(f"#facet-{facet} input[type=checkbox]")]


def test_a_type_that_belongs_to_no_theme_has_a_group_of_its_own_at_the_end(session, visit):
    term = Term(facet="type", code="remittances", name="Remittances", names={"en": "Remittances"}, position=99)
    session.add(term)
    session.flush()
    recording.record(session(), "add term", "term", term.id)
    Catalogue.touch(session(), None)
    session.commit()
    import_records(
        session,
        [{"title": "One", "project_type": "Remittances"}, {"title": "Two", "project_type": "Labour Migration"}],
    )
    groups = [words(group) for group in visit("/projects/").select("#facet-type .group")]
    assert groups == ["Labour migration", "Without a theme"]


def test_years_have_the_newest_first_and_not_stated_last(session, visit):
    import_records(session, [{"title": f"In {year}", "year": year} for year in ("2008", "2021", "", "2015")])
    assert values(visit("/projects/?all=year"), "year") == ["2021", "2015", "2008", "none"]
