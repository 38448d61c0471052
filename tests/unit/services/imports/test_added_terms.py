"""What is said of a term that an import adds."""

import pytest

from portal.models import Project, Term
from portal.services.imports.added_terms import TermStore
from portal.services.imports.issues import ImportIssue
from portal.services.records.field_values import FieldValidation
from portal.services.records.spellings import TermLookup
from portal.services.records.validation import validate_fields
from tests.factories import import_records, import_rows


@pytest.mark.parametrize(
    ("field", "column", "facet"),
    [
        ("status", "status", "status"),
        ("project_type", "project_type", "type"),
        ("coverage", "coverage", "coverage"),
        ("region", "region", "region"),
    ],
)
def test_a_new_term_is_noted_at_its_column_in_the_first_row_that_has_it(session, field, column, facet):
    lookup, store = TermLookup.load(session(), accepts_new=True), TermStore(session())
    rows = [validate_fields(FieldValidation({"title": "A title", field: "Unheard of"}), lookup, row=n) for n in (7, 8)]
    store.announce(lookup.take_new_terms())
    reason, advice = f"A new term was added to the list {facet}", "Check that it is not a misspelling"
    assert store.store(rows) == {7: [ImportIssue(7, column, "Unheard of", "note", reason, advice)]}


def test_a_row_that_waits_gets_the_term_that_another_row_has_stored(session):
    import_records(session, [{"title": "Alpha", "year": "2020"}])
    # The first row waits until all rows of its title are known.
    first = {"title": "Alpha", "year": "2020", "status": "Unheard of"}
    others = [{"title": "Alpha", "year": "2021"}, {"title": "Beta", "status": "Unheard of"}]
    report = import_rows(session, [first, *others], new_terms="add")
    assert (report.added, report.changed, report.refused) == (2, 1, 0)
    of_terms = session.query(Project.title, Term.name).join(Term, Term.id == Project.status_id).order_by(Project.title)
    assert of_terms.all() == [("Alpha", "Unheard of"), ("Beta", "Unheard of")]
