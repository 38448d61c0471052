"""docs/data.md: what its tables say is what the code says. `PORTAL_GOLDEN=write` writes them anew."""

import os

from portal.config import ROOT
from portal.exports.columns import COLUMNS
from portal.exports.registry import FORMATS

PAGE = ROOT / "docs" / "data.md"
KINDS = {
    "text": "text",
    "amount": "amount",
    "integer": "whole number",
    "date": "partial date",
    "url": "address",
    "list": "list",
}


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def columns_table():
    rows = [[f"`{column.name}`", column.label, KINDS[column.kind], column.description] for column in COLUMNS]
    return table(["key", "label", "kind", "meaning"], rows)


def crosswalk_table():
    rows = [
        [f"`{column.name}`", *(text or "–" for text in (column.iati, column.grants360, column.hxl, column.schema_org))]
        for column in COLUMNS
    ]
    return table(["key", "IATI 2.03", "360Giving", "HXL", "schema.org"], rows)


def formats_table():
    rows = [
        [f"`.{suffix}`", each.name, f"`{each.media_type.partition(';')[0]}`", "yes" if each.has_columns else "no"]
        for suffix, each in FORMATS.items()
    ]
    return table(["ending", "format", "media type", "columns can be chosen"], rows)


def replaced(text, name, content):
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return before + begin + content + end + after


def test_the_data_dictionary_says_what_the_code_says():
    text = PAGE.read_text(encoding="utf-8")
    made = text
    tables = {"formats": formats_table(), "columns": columns_table(), "crosswalk": crosswalk_table()}
    for name, content in tables.items():
        made = replaced(made, name, content)
    if os.environ.get("PORTAL_GOLDEN") == "write":
        PAGE.write_text(made, encoding="utf-8")
        text = made
    assert text == made
