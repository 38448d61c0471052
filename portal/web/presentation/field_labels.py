"""Labels and display values of draft fields in the language of the page."""

from __future__ import annotations

from collections.abc import Sequence

from portal.models import ProjectDraft
from portal.models.draft import CODE_FIELDS, TERM_FIELDS
from portal.search.read_models.terms import Terms
from portal.services.records import country_shares, rules
from portal.vocabulary.translations import SOURCE_LANGUAGES, TRANSLATIONS
from portal.web.presentation import filter_text, formatting
from portal.web.presentation.i18n import gettext
from portal.web.presentation.languages import language_name

Value = str | tuple[str, ...]
_OF_COUNTRIES = ("countries", "other_countries", "country_shares")


def field_names() -> dict[str, str]:
    """The label of each draft field, as on the public page."""
    return {
        "title": gettext("Title"),
        "number": gettext("Projects ID"),
        "prima_id": gettext("Prima ID"),
        "title_language": gettext("Language of the title"),
        "summary": gettext("Summary"),
        "language": gettext("Language of the summary"),
        "start": gettext("Start Date"),
        "end": gettext("End Date"),
        "year": gettext("Year of allocation"),
        "budget": gettext("Budget Amount (USD)"),
        "status": gettext("Project Status"),
        "project_type": gettext("Project Type"),
        "coverage": gettext("Coverage"),
        "region": gettext("IDF Region"),
        "countries": gettext("Benefiting Member States"),
        "country_shares": gettext("Shares of the Member States"),
        "other_countries": gettext("Other Countries Benefiting at Time of Allocation"),
        "sdg": gettext("Sustainable Development Goals"),
        "gcm": gettext("Global Compact objectives"),
        "funding_line": gettext("Funding Line"),
        "source_url": gettext("Source page"),
        **_translation_names(),
        "machine_translations": gettext("Translations made by a machine"),
        "confirmed_translations": gettext("Translations that fit the present source"),
    }


def _translation_names() -> dict[str, str]:
    return {
        "title_en": gettext("Title in English"),
        "summary_en": gettext("Summary in English"),
        "title_fr": gettext("Title in French"),
        "summary_fr": gettext("Summary in French"),
        "title_es": gettext("Title in Spanish"),
        "summary_es": gettext("Summary in Spanish"),
    }


def display_values(terms: Terms, field: str, value: Value) -> tuple[str, ...]:
    """The value of a field as text, one item for each part; () when it is not stated."""
    parts = (value,) if isinstance(value, str) else value
    return tuple(_display_value(terms, field, part) for part in display_order(terms, field, parts) if part)


def display_order(terms: Terms, field: str, parts: Sequence[str]) -> Sequence[str]:
    """The parts of a value as they are shown: countries by their names in the language of the page."""
    if field not in _OF_COUNTRIES:
        return parts
    return sorted(parts, key=lambda part: formatting.name_key(_display_value(terms, field, part)))


def display_title(draft: ProjectDraft) -> str:
    """The title, or a placeholder for a draft without one."""
    return draft.title or gettext("A project without a title yet")


def title_language(draft: ProjectDraft) -> str:
    """The language of what `display_title` returns: "" for the placeholder too."""
    return draft.title_language if draft.title else ""


def text_language(draft: ProjectDraft, field: str) -> str:
    """The language of a title, a summary or a translation of them; "" if it is not stated, and for other fields."""
    if field in TRANSLATIONS:
        return TRANSLATIONS[field][1]
    return getattr(draft, SOURCE_LANGUAGES[field]) if field in SOURCE_LANGUAGES else ""


def _display_value(terms: Terms, field: str, part: str) -> str:
    if facet := {**TERM_FIELDS, **CODE_FIELDS}.get(field):
        return filter_text.value_label(terms, facet, part)
    if field in ("language", "title_language"):
        return language_name(part)
    if field in ("machine_translations", "confirmed_translations"):
        return _translation_names().get(part, part)
    if field == "country_shares":
        return _share(terms, part)
    if field == "budget":
        return _money(part)
    return part


def _share(terms: Terms, part: str) -> str:
    """A share with the name of its state: "KEN 60" -> "Kenya 60 %"; other text is returned unchanged."""
    named = country_shares.split_named(part)
    if not named:
        return part
    return f"{filter_text.value_label(terms, 'country', named[0])} {formatting.share(named[1])}"


def _money(text: str) -> str:
    """The formatted amount; text that is not a number is returned unchanged."""
    amount = rules.parse_amount(text)
    return text if amount is None else formatting.usd(amount)
