"""The choices that the fields of a project offer, made once for the terms of a snapshot and a language."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from wtforms.fields.choices import SelectChoice

from portal.models.draft import CODE_FIELDS, TERM_FIELDS
from portal.search.read_models.terms import Terms, TermView
from portal.services.records.submission_checks import FUNDING_LINES
from portal.vocabulary.translations import TRANSLATIONS
from portal.web.presentation.field_labels import field_names
from portal.web.presentation.formatting import coded_label, label, name_key, other_names
from portal.web.presentation.i18n import N_, current_locale, gettext

LANGUAGE_LABELS = {
    "en": N_("English"),
    "fr": N_("French"),
    "es": N_("Spanish"),
    "pt": N_("Portuguese"),
    "ar": N_("Arabic"),
}
FUNDING_LINE_LABELS = dict(zip(FUNDING_LINES, (N_("Line 1"), N_("Line 2")), strict=True))

Choices = Mapping[str, SelectChoice]

# By field and language. A form is built for each save, and the labels of all terms take longer than everything else.
_made: WeakKeyDictionary[Terms, dict[tuple[str, str], Choices]] = WeakKeyDictionary()


def choices_of(name: str, terms: Terms) -> Choices:
    """The choices of the field `name` by their codes, in the order of the page; do not change them."""
    made, key = _made.setdefault(terms, {}), (name, current_locale())
    if (choices := made.get(key)) is None:
        choices = made.setdefault(key, _make(name, terms))
    return choices


def _make(name: str, terms: Terms) -> Choices:
    if facet := TERM_FIELDS.get(name) or CODE_FIELDS.get(name):
        labelled = [(term, _term_label(facet, term)) for term in terms.in_facet(facet)]
        if facet == "country":
            labelled.sort(key=lambda pair: name_key(pair[1]))
        return {term.code: _term_choice(term, text) for term, text in labelled}
    if name in ("machine_translations", "confirmed_translations"):
        return {code: SelectChoice(code, field_names()[code]) for code in TRANSLATIONS}
    labels_of_codes = FUNDING_LINE_LABELS if name == "funding_line" else LANGUAGE_LABELS
    return {code: SelectChoice(code, gettext(text)) for code, text in labels_of_codes.items()}


def _term_choice(term: TermView, text: str) -> SelectChoice:
    also = "|".join(other_names(term))
    return SelectChoice(term.code, text, render_kw={"data-also": also} if also else {})


def _term_label(facet: str, term: TermView) -> str:
    return coded_label(term) if facet in ("sdg", "gcm") else label(term)
