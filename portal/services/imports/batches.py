"""Reads and validates the rows of a file in batches of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from portal.models.catalogue import MAX_ITEMISED_PROJECTS
from portal.services.imports.header import column_of
from portal.services.imports.issues import ImportIssue, RowLabel
from portal.services.imports.readers.table import open_table
from portal.services.records.amounts import commas_divide_thousands
from portal.services.records.field_values import FieldValidation
from portal.services.records.placeholders import is_placeholder
from portal.services.records.spellings import NewTerm, TermLookup
from portal.services.records.validation import validate_fields
from portal.services.records.values import RecordValues
from portal.text.cleaning import clean_cell

# A batch is stored in one transaction, which blocks other writers, and journalled as one catalogue change, which lists
# a limited number of projects.
MAX_BATCH_ROWS = min(2_000, MAX_ITEMISED_PROJECTS)
# In characters of text, so that a file of very long cells does not exhaust memory.
MAX_BATCH_CHARACTERS = 8_000_000


class CheckedRow(NamedTuple):
    """One row: its record, None if it is refused, and its issues; `label` names a row without one."""

    incoming: RecordValues | None
    issues: list[ImportIssue]
    label: RowLabel = RowLabel()


class Prefixes(NamedTuple):
    """What stands before the Projects IDs: `added` to those of the file, `iati` in its identifiers of activities."""

    added: str = ""
    iati: str = ""


class Batch(NamedTuple):
    """Rows in file order, and the new terms that they use; `notes` are sentences about the file."""

    rows: list[CheckedRow]
    new_terms: list[NewTerm]
    notes: tuple[str, ...] = ()


def validated_batches(path: Path, term_lookup: TermLookup, prefixes: Prefixes) -> Iterator[Batch]:
    """Yield all rows; the last batch may have notes alone. Raises UnreadableFile at the first unreadable row."""
    rows: list[CheckedRow] = []
    size = 0
    comma_groups = cache(partial(_commas_divide_thousands, path))
    with open_table(path, iati_prefix=prefixes.iati) as source:
        notes = source.notes
        for number, values, issue, note in source.rows:
            number_text = values.get("number", "").strip()
            if prefixes.added and number_text and not is_placeholder(number_text):
                values["number"] = prefixes.added + number_text
            checked = CheckedRow(None, [issue]) if issue else _check_row(number, values, term_lookup, comma_groups)
            if checked.incoming is None:
                checked = checked._replace(label=RowLabel(values.get("number", ""), values.get("title", "")))
            rows.append(checked._replace(issues=[note, *checked.issues]) if note else checked)
            size += sum(map(len, values.values()))
            if len(rows) >= MAX_BATCH_ROWS or size >= MAX_BATCH_CHARACTERS:
                yield Batch(rows, term_lookup.take_new_terms(), notes)
                rows, size, notes = [], 0, ()
        notes = (*notes, *source.closing_notes())
    if rows or notes:
        yield Batch(rows, term_lookup.take_new_terms(), notes)


def _commas_divide_thousands(path: Path) -> bool:
    """Reads all amounts of the file: only once an amount cannot be understood without the others."""
    with open_table(path) as source:
        return commas_divide_thousands(values.get("budget", "").strip() for _, values, *_ in source.rows)


def _check_row(
    number: int, values: dict[str, str], term_lookup: TermLookup, comma_groups: Callable[[], bool]
) -> CheckedRow:
    key = clean_cell(values.get("key", ""))
    validation = FieldValidation(values, comma_groups=comma_groups, is_own_row=bool(key))
    incoming = validate_fields(validation, term_lookup, row=number)
    issues = [
        ImportIssue(
            number,
            column_of(finding.field),
            values.get(finding.field, ""),
            finding.kind,
            finding.reason,
            finding.advice,
        )
        for finding in validation.findings
    ]
    return CheckedRow(incoming._replace(key=key) if incoming and key else incoming, issues)
