"""What is said of a term that an import adds."""

import pytest

from portal.services.imports.added_terms import TermStore
from portal.services.imports.issues import ImportIssue
from portal.services.records.field_values import FieldValidation
from portal.services.records.spellings import TermLookup
from portal.services.records.validation import validate_fields


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
