"""ProjectForm: the fields of a project as an author fills them in. It produces a ProjectDraft, never a record.

The form accepts and redisplays whatever was typed; `services.records.submission_checks` validates it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from portal.errors import FieldError
from portal.models import ProjectDraft
from portal.search.read_models.terms import Terms
from portal.services.editorial.entered_text import MAX_NOTE_LENGTH
from portal.services.records.submission_checks import (
    MAX_CODES_PER_FIELD,
    MAX_SUMMARY_LENGTH,
    MAX_TITLE_LENGTH,
    REQUIRED_FIELDS,
)
from portal.text import cleaning
from portal.vocabulary.translations import TRANSLATIONS
from portal.web.authoring.field_choices import choices_of
from portal.web.authoring.shares_field import SharesField
from portal.web.presentation.i18n import N_, gettext

LANGUAGE_FIELDS = ("title_language", "language")
# Boxes beside each translation: a machine made it, and it fits the source as it is now.
TRANSLATION_LISTS = ("machine_translations", "confirmed_translations")
_NOT_KNOWN_YET = N_("You can save a draft with “Not known yet”. Choose another answer before you submit it.")
# The limits that hints mention, in characters.
MAX_LENGTHS = {"title": MAX_TITLE_LENGTH, "summary": MAX_SUMMARY_LENGTH, "note": MAX_NOTE_LENGTH}
# No page has more check boxes than this, and no code is longer; whatever exceeds the limits is cut off. One code more
# than may be submitted is read, so that the error is noticed.
_MAX_CODES_READ, _MAX_CODE_LENGTH = 1_000, 80
# Lone surrogates cannot be encoded as UTF-8, so they cannot be redisplayed.
_PARAGRAPHS = {"summary", *(name for name, (field, _) in TRANSLATIONS.items() if field == "summary")}
_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")

_TITLE_ROWS, _SUMMARY_ROWS = {"rows": 2}, {"rows": 8}

SECTIONS: Mapping[str, tuple[str, ...]] = {
    N_("What it is"): ("title", "summary", "project_type", "number", "prima_id"),
    N_("When"): ("start", "end", "year", "status"),
    N_("Where and how much"): (
        "coverage",
        "countries",
        "other_countries",
        "region",
        "budget",
        "country_shares",
        "funding_line",
    ),
    N_("Goals it serves"): ("sdg", "gcm"),
    N_("Language and source"): ("title_language", "language", "source_url"),
    N_("In other languages"): (*TRANSLATIONS, *TRANSLATION_LISTS),
}


class ProjectForm(Form):
    """The fields of the record, and `note`, the author's message to the reviewer, which is not part of it."""

    title = TextAreaField(
        N_("Title"),
        description=N_("As in the project document, without the Projects ID. Up to %(most)s characters."),
        render_kw={"rows": 2},
    )
    summary = TextAreaField(
        N_("Summary"),
        description=N_(
            "What the project does and for whom, in plain sentences. Leave a blank line between paragraphs, start list "
            "items with -, put **two asterisks** around words in bold. Up to %(most)s characters."
        ),
        render_kw={"rows": 10},
    )
    project_type = SelectField(N_("Project type"), validate_choice=False)
    number = StringField(N_("Projects ID"), description=N_("As the Fund assigned it, for example LM.0024."))
    prima_id = StringField(N_("Prima ID"), description=N_("The number in PRIMA, if the project has one."))
    start = StringField(
        N_("Start"),
        description=N_("As precise as you know it: a year (2008), a month (2008-05) or a day (2008-05-31)."),
        render_kw={"autocomplete": "off"},
    )
    end = StringField(
        N_("End"),
        description=N_("When the work ends, or is planned to end: 2009, 2009-12 or 2009-12-31."),
        render_kw={"autocomplete": "off"},
    )
    year = StringField(
        N_("Year of allocation"),
        description=N_("The year in which the Fund allocated the money, with four digits."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    status = RadioField(N_("Project status"), description=_NOT_KNOWN_YET, validate_choice=False)
    coverage = RadioField(N_("Coverage"), description=_NOT_KNOWN_YET, validate_choice=False)
    countries = SelectMultipleField(
        N_("Benefiting member states"), description=N_("The order does not matter."), validate_choice=False
    )
    other_countries = SelectMultipleField(
        N_("Other countries benefiting"),
        description=N_("Countries that were not eligible when the money was allocated."),
        validate_choice=False,
    )
    region = SelectField(
        N_("IDF region"),
        description=N_("The Fund’s own regions, not those of the United Nations."),
        validate_choice=False,
    )
    budget = StringField(
        N_("Budget amount"),
        description=N_("For the whole project, in US dollars, for example 64240 or 64,240.00."),
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    country_shares = SharesField(
        N_("Shares of the member states"),
        description=N_(
            "Leave this empty if the states share the budget equally. Otherwise a percentage for each, 100 in total, "
            "for example Kenya 60; Uganda 40."
        ),
        render_kw={"autocomplete": "off"},
    )
    funding_line = RadioField(N_("Funding line"), validate_choice=False)
    sdg = SelectMultipleField(
        N_("Sustainable Development Goals"),
        description=N_("Goals and targets that the project serves directly."),
        validate_choice=False,
    )
    gcm = SelectMultipleField(
        N_("Objectives of the Global Compact"),
        description=N_("Objectives of the Global Compact for Migration that the project serves."),
        validate_choice=False,
    )
    title_language = SelectField(N_("Language of the title"), validate_choice=False)
    language = SelectField(N_("Language of the summary"), validate_choice=False)
    source_url = StringField(
        N_("Source page"),
        description=N_("The web page that states these facts, starting with http:// or https://."),
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )
    title_en = TextAreaField(N_("Title in English"), render_kw=_TITLE_ROWS)
    summary_en = TextAreaField(N_("Summary in English"), render_kw=_SUMMARY_ROWS)
    title_fr = TextAreaField(N_("Title in French"), render_kw=_TITLE_ROWS)
    summary_fr = TextAreaField(N_("Summary in French"), render_kw=_SUMMARY_ROWS)
    title_es = TextAreaField(N_("Title in Spanish"), render_kw=_TITLE_ROWS)
    summary_es = TextAreaField(N_("Summary in Spanish"), render_kw=_SUMMARY_ROWS)
    machine_translations = SelectMultipleField(N_("Translations made by a machine"), validate_choice=False)
    confirmed_translations = SelectMultipleField(N_("Translations that fit the present source"), validate_choice=False)
    note = TextAreaField(
        N_("Note to the reviewer"),
        description=N_("What you changed and why. The public does not see it. Up to %(most)s characters."),
        render_kw={"rows": 3},
    )

    def __init__(
        self, terms: Terms, initial: ProjectDraft, note: str = "", formdata: MultiDict[str, str] | None = None
    ) -> None:
        """`initial` fills the fields that `formdata` does not contain; unknown names are ignored."""
        self._initial = initial
        values: dict[str, Any] = {name: getattr(initial, name) for name in ProjectDraft.field_names()}
        super().__init__(formdata=formdata, data=values | {"note": note})
        self.country_shares.terms = terms
        for name, field in self._fields.items():
            if name not in REQUIRED_FIELDS:
                field.flags.optional = True
            if isinstance(field, SelectMultipleField):
                self._normalise_codes(name, field)
            elif isinstance(field.data, str):
                field.data = _LONE_SURROGATES.sub("", field.data)
            elif isinstance(field, SharesField):
                field.data = [_LONE_SURROGATES.sub("", part) for part in field.data or ()]
            if isinstance(field, SelectField):  # radio buttons and multiple selects are subclasses
                field.choices = list(self._choices(name, field, terms))

    def draft(self) -> ProjectDraft:
        """The form as a draft, normalised by text.cleaning."""
        values: dict[str, Any] = {}
        for name in ProjectDraft.field_names():
            field = self._fields[name]
            data = field.coded() if isinstance(field, SharesField) else field.data
            if isinstance(data, list):
                values[name] = tuple(map(cleaning.clean_line, data))
            else:
                values[name] = (
                    cleaning.clean_paragraphs(data or "") if name in _PARAGRAPHS else cleaning.clean_line(data or "")
                )
        return ProjectDraft(**values)

    def show_errors(self, errors: Iterable[FieldError]) -> None:
        """Show the errors at their fields."""
        for error in errors:
            field = self._fields.get(error.field, self._fields["note"])
            field.errors = [*field.errors, str(error)]

    def _normalise_codes(self, name: str, field: Field) -> None:
        # Browsers send checked boxes only; an empty value before them shows that they were on the page.
        data = field.data if field.raw_data else getattr(self._initial, name)
        codes = dict.fromkeys(
            _LONE_SURROGATES.sub("", code)[:_MAX_CODE_LENGTH] for code in data[:_MAX_CODES_READ] if code
        )
        field.data = list(codes)[: MAX_CODES_PER_FIELD + 1]

    def _choices(self, name: str, field: Field, terms: Terms) -> Iterable[SelectChoice]:
        known = choices_of(name, terms)
        is_multiple = isinstance(field.data, list)
        if name in LANGUAGE_FIELDS:
            yield SelectChoice("", gettext("Not stated"))
        elif not is_multiple:
            yield SelectChoice("", gettext("Not known yet") if isinstance(field, RadioField) else gettext("Choose"))
        yield from known.values()
        selected = field.data if is_multiple else [field.data or ""]
        unknown = [code for code in selected if code and code not in known]
        yield from (SelectChoice(code, gettext("%(code)s (not in the list)", code=code)) for code in unknown)
