"""The columns of an import file, the fields they hold, and the errors of a header that has others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from portal.errors import UnreadableFile

REQUIRED_COLUMNS = (
    "project_id",
    "title",
    "start_date",
    "end_date",
    "status",
    "project_type",
    "budget_usd",
    "coverage",
    "year",
    "region",
    "benefiting_member_states",
    "summary",
)
OPTIONAL_COLUMNS = (
    "source_url",
    "prima_id",
    "country_shares",
    "other_countries",
    "language",
    "title_language",
    "funding_line",
    "sdg",
    "gcm",
)
KNOWN_COLUMNS = REQUIRED_COLUMNS + OPTIONAL_COLUMNS
# Columns whose name differs from that of their field of ProjectDraft.
_FIELD_BY_COLUMN = {
    "project_id": "number",
    "start_date": "start",
    "end_date": "end",
    "budget_usd": "budget",
    "benefiting_member_states": "countries",
}
_COLUMN_BY_FIELD = {field: column for column, field in _FIELD_BY_COLUMN.items()}


def field_of(column: str) -> str:
    """The field of ProjectDraft that a column holds."""
    return _FIELD_BY_COLUMN.get(column, column)


def column_of(field: str) -> str:
    """The column that holds a field of ProjectDraft."""
    return _COLUMN_BY_FIELD.get(field, field)


def parse_header(header: Sequence[str], name: str) -> tuple[str, ...]:
    """The column names of a header row, in its order; raises UnreadableFile when the table cannot be imported."""
    columns = tuple(cell.strip().casefold() for cell in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    if "" in columns:
        raise UnreadableFile(f"{name}: column {columns.index('') + 1} of the header has no name; name it or delete it.")
    if repeated := [column for column, count in Counter(columns).items() if count > 1]:
        raise UnreadableFile(f"{name}: the header repeats {_quoted_list(repeated)}; keep each column once.")
    # Missing columns are reported first: a table of another kind has hundreds of unknown ones.
    if missing := [column for column in REQUIRED_COLUMNS if column not in columns]:
        raise UnreadableFile(
            f"{name}: the first row is the header and lacks {_quoted_list(missing)}; "
            "add each missing column; it may be empty."
        )
    if unknown := [column for column in columns if column not in KNOWN_COLUMNS]:
        raise UnreadableFile(
            f"{name}: the header has unknown columns {_quoted_list(unknown)}; "
            f"rename or delete them. Known columns are {', '.join(KNOWN_COLUMNS)}."
        )
    return columns


def _quoted_list(names: Sequence[str], limit: int = 10) -> str:
    shown = [repr(name[:60]) for name in names[:limit]]
    return ", ".join(shown) + (f" and {len(names) - limit} more" if len(names) > limit else "")
