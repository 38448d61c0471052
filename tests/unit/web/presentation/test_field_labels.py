"""Names and values of the fields of a draft."""

import pytest

from portal.models import ProjectDraft
from portal.search.read_models.terms import Terms
from portal.web.presentation import field_labels
from tests.pages import words


def test_every_field_of_a_draft_has_a_name():
    names = field_labels.field_names()
    assert list(names) == list(ProjectDraft.field_names())
    assert len(set(filter(None, names.values()))) == len(names)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("title", "Borders", ("Borders",)),
        ("title", "", ()),
        ("status", "completed", ("Completed",)),
        ("status", "unheard-of", ("unheard-of",)),
        ("countries", ("GHA", "TGO"), ("Ghana", "Togo")),
        ("countries", (), ()),
        ("sdg", ("10.7",), ("10.7 Orderly and safe migration",)),
        ("language", "fr", ("French",)),
        ("title_language", "ar", ("Arabic",)),
        ("language", "de", ("German",)),
        ("language", "en-GB", ("English",)),
        ("title_language", "", ()),
        ("budget", "64240.50", ("USD 64,240.50",)),
        ("budget", "a lot", ("a lot",)),
    ],
)
def test_values_are_shown_in_words(session, field, value, shown):
    terms = Terms.load(session())
    assert field_labels.display_values(terms, field, value) == shown


def test_a_draft_without_a_title_is_called_so():
    assert field_labels.display_title(ProjectDraft(title="Borders")) == "Borders"
    assert field_labels.display_title(ProjectDraft()) == "A project without a title yet"


PUBLIC_FIELDS = ("number", "start", "end", "budget", "status", "project_type", "coverage", "region", "countries")


def test_fields_are_called_as_on_the_public_page(sample, visit):
    shown = {words(label) for label in visit("/projects/LM.0024").select("main dt")}
    names = field_labels.field_names()
    assert {names[field] for field in PUBLIC_FIELDS} - shown == set()
