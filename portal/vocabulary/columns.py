"""The columns of tables, as exports write and imports read them: names, and the labels of a header in words."""

from __future__ import annotations

# In the order of an exported table. The names are permanent: people keep files.
LABELS = {
    "project_id": "Projects ID",
    "title": "Title",
    "start_date": "Start date",
    "end_date": "End date",
    "status": "Project status",
    "status_code": "Project status (code)",
    "project_type": "Project type",
    "project_type_code": "Project type (code)",
    "theme": "Theme",
    "theme_code": "Theme (code)",
    "budget_usd": "Budget in US dollars",
    "coverage": "Coverage",
    "coverage_code": "Coverage (code)",
    "year": "Year of allocation",
    "region": "IDF region",
    "region_code": "IDF region (code)",
    "benefiting_member_states": "Benefiting member states",
    "country_codes": "Benefiting member states (ISO codes)",
    "country_shares": "Shares of the member states",
    "counted_shares": "Shares as counted",
    "summary": "Summary",
    "source_url": "Source page",
    "prima_id": "Prima ID",
    "other_countries": "Other countries benefiting at time of allocation",
    "other_country_codes": "Other countries (ISO codes)",
    "language": "Language of the summary",
    "title_language": "Language of the title",
    "funding_line": "Funding line",
    "sdg": "Sustainable Development Goals",
    "gcm": "Global Compact objectives",
    "key": "Key",
    "address": "Address",
    "licence": "Licence",
    "sample": "Sample",
    "last_changed": "Last changed",
}
# What stands between the values of a cell that holds several.
SEPARATOR = "; "
