"""The columns of an import file, the fields they hold, and the errors of a header that has others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from portal.errors import UnreadableFile
from portal.text.folding import fold
from portal.vocabulary.columns import LABELS, names_by_label
from portal.vocabulary.translations import TRANSLATIONS

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
    *TRANSLATIONS,
    "machine_translations",
    "outdated_translations",
    "funding_line",
    "sdg",
    "gcm",
    "key",
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
# Columns of the project table that a file states, and the columns of the file that hold them.
COLUMN_BY_STORED = {
    "prima_id": "prima_id",
    "title_language": "title_language",
    "summary": "summary",
    "language": "language",
    "start": "start_date",
    "end": "end_date",
    "year": "year",
    "budget": "budget_usd",
    "status_id": "status",
    "type_id": "project_type",
    "coverage_id": "coverage",
    "region_id": "region",
    "funding_line": "funding_line",
    "source_url": "source_url",
}


def field_of(column: str) -> str:
    """The field of ProjectDraft that a column holds."""
    return _FIELD_BY_COLUMN.get(column, column)


def column_of(field: str) -> str:
    """The column that holds a field of ProjectDraft."""
    return _COLUMN_BY_FIELD.get(field, field)


def column_named(cell: str) -> str:
    """The name of the column that a header calls by its name or label; other text as it is, in small letters."""
    return names_by_label().get(fold(cell)) or cell.strip().casefold()


def parse_header(header: Sequence[str], name: str) -> tuple[str, ...]:
    """The column names of a header row, in its order; raises UnreadableFile when the table cannot be imported.

    A header has the names or the labels of our own files, in any case and language.
    """
    columns = tuple(map(column_named, header))
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
    if unknown := [column for column in columns if column not in LABELS]:
        raise UnreadableFile(
            f"{name}: the header has unknown columns {_quoted_list(unknown)}; "
            f"rename or delete them. Known columns are {', '.join(KNOWN_COLUMNS)}."
        )
    return columns


def _quoted_list(names: Sequence[str], limit: int = 10) -> str:
    shown = [repr(name[:60]) for name in names[:limit]]
    return ", ".join(shown) + (f" and {len(names) - limit} more" if len(names) > limit else "")
