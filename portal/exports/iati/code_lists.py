"""Our own vocabularies in the format of IATI's code lists, to which vocabulary-uri points."""

from __future__ import annotations

from portal.exports.iati.narratives import narrative
from portal.search.read_models.terms import Terms, TermView
from portal.text.xml_text import content

# The name and the meaning of each list, by facet.
CODE_LISTS = {
    "type": ("ProjectType", "Project types", "The project types of the Fund (sector vocabulary 99)."),
    "region": ("Region", "Regions", "The regions into which the Fund divides the world (region vocabulary 99)."),
    "gcm": (
        "GlobalCompactObjective", "Objectives of the Global Compact for Migration",
        "The 23 objectives of A/RES/73/195, by number and short topic (tag vocabulary 99).",
    ),
}  # fmt: skip


def code_list(facet: str, terms: Terms) -> bytes:
    """The terms of a facet of CODE_LISTS, in all their languages."""
    name, title, description = CODE_LISTS[facet]
    items = "".join(_item(term) for term in terms.in_facet(facet))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<codelist name="{name}" xml:lang="en" complete="1">\n'
        f"  <metadata>\n    <name>{narrative(title)}</name>\n"
        f"    <description>{narrative(description)}</description>\n  </metadata>\n"
        f"  <codelist-items>\n{items}  </codelist-items>\n</codelist>\n"
    ).encode()


def _item(term: TermView) -> str:
    translations = "".join(
        narrative(name, language) for language, name in term.names.items() if name and language != "en"
    )
    return (
        f"    <codelist-item><code>{content(term.code)}</code>"
        f"<name>{narrative(term.name)}{translations}</name></codelist-item>\n"
    )
