"""The columns of tables, as exports write and imports read them: names, and the labels of a header in words."""

from __future__ import annotations

from functools import cache

from portal.i18n.catalogues import N_, gettext
from portal.i18n.current import using
from portal.i18n.languages import DEFAULT_CODES
from portal.text.folding import fold

# In the order of an exported table. The names are permanent: people keep files. The labels are messages: see label_of.
LABELS = {
    "project_id": N_("Projects ID"),
    "title": N_("Title"),
    "start_date": N_("Start date"),
    "end_date": N_("End date"),
    "status": N_("Project status"),
    "status_code": N_("Project status (code)"),
    "project_type": N_("Project type"),
    "project_type_code": N_("Project type (code)"),
    "theme": N_("Theme"),
    "theme_code": N_("Theme (code)"),
    "budget_usd": N_("Budget in US dollars"),
    "coverage": N_("Coverage"),
    "coverage_code": N_("Coverage (code)"),
    "year": N_("Year of allocation"),
    "region": N_("IDF region"),
    "region_code": N_("IDF region (code)"),
    "benefiting_member_states": N_("Benefiting member states"),
    "country_codes": N_("Benefiting member states (ISO codes)"),
    "country_shares": N_("Shares of the member states"),
    "counted_shares": N_("Shares as counted"),
    "summary": N_("Summary"),
    "source_url": N_("Source page"),
    "prima_id": N_("Prima ID"),
    "other_countries": N_("Other countries benefiting at time of allocation"),
    "other_country_codes": N_("Other countries (ISO codes)"),
    "language": N_("Language of the summary"),
    "title_language": N_("Language of the title"),
    "title_en": N_("Title in English"),
    "summary_en": N_("Summary in English"),
    "title_fr": N_("Title in French"),
    "summary_fr": N_("Summary in French"),
    "title_es": N_("Title in Spanish"),
    "summary_es": N_("Summary in Spanish"),
    "machine_translations": N_("Translations made by a machine"),
    "outdated_translations": N_("Translations older than their source"),
    "funding_line": N_("Funding line"),
    "sdg": N_("Sustainable Development Goals"),
    "gcm": N_("Global Compact objectives"),
    "key": N_("Key"),
    "address": N_("Address"),
    "licence": N_("Licence"),
    "sample": N_("Sample"),
    "last_changed": N_("Last changed"),
}
# What stands between the values of a cell that holds several.
SEPARATOR = "; "


def label_of(name: str) -> str:
    """What a header in words calls a column, in the language that is spoken."""
    return gettext(LABELS[name])


@cache
def names_by_label() -> dict[str, str]:
    """The names of the columns by their labels in all languages of the portal, folded: files are read back."""
    names: dict[str, str] = {}
    for code in DEFAULT_CODES:
        with using(code):
            names |= {fold(label_of(name)): name for name in LABELS if fold(label_of(name)) not in names}
    return names
