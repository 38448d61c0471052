"""What an import reports about a row beside other rows and records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portal.services.imports.issues import ImportIssue
from portal.services.imports.matching import StoredRecord
from portal.services.records.values import RESERVED_SLUGS, RecordValues, is_slug

_MAX_NAMED = 5


def shared_prima_id(incoming: RecordValues) -> ImportIssue:
    reason = "Other rows of the file have this Prima ID too, so it identifies no record"
    return ImportIssue(incoming.row, "prima_id", incoming.prima_id or "", "note", reason, "Check that it is right")


def repeated(incoming: RecordValues, first: int) -> ImportIssue:
    if incoming.reference:
        reason, advice = f"Row {first} has the same Projects ID", "Delete one of the two rows, or correct its ID"
        return ImportIssue(incoming.row, "project_id", incoming.reference, "refused", reason, advice)
    reason = f"Row {first} has the same content in every field, and neither has a Projects ID"
    return ImportIssue(incoming.row, "title", incoming.title, "refused", reason, "Delete one of the two rows")


def similar(incoming: RecordValues, first: int) -> ImportIssue:
    reason = f"Row {first} has the same title, dates and countries; the rows differ, so they are two records"
    advice = "Delete one of the rows if they are the same project, or give each its Projects ID"
    return ImportIssue(incoming.row, "title", incoming.title, "note", reason, advice)


def ambiguous(incoming: RecordValues, records: Sequence[StoredRecord], rows: Sequence[int]) -> ImportIssue:
    """The rows and the records have the same title, countries and year, and nothing says which belong together."""
    named = " and ".join(record.label for record in records[:_MAX_NAMED])
    more = f" and {len(records) - _MAX_NAMED} more" if len(records) > _MAX_NAMED else ""
    others = ", ".join(map(str, [row for row in rows if row != incoming.row][:_MAX_NAMED]))
    beside = f", and row {others}" if others else ""
    what = "records" if len(records) > 1 else "record"
    others_like_it = f"the public {what} {named}{more}{beside}"
    reason = f"The row is ambiguous, since others have its title, countries and year: {others_like_it}"
    advice = "Enter the Projects ID or a Prima ID that no other row has"
    return ImportIssue(incoming.row, "title", incoming.title, "refused", reason, advice)


def former_key(incoming: RecordValues) -> ImportIssue:
    reason = "The record with this key has got a Projects ID since, so the row changes nothing"
    return ImportIssue(incoming.row, "key", incoming.key, "note", reason, "Enter the ID into the row to change it")


def other_key(incoming: RecordValues, slug: str, record: StoredRecord | None) -> Iterator[ImportIssue]:
    """Says why the record of a row has another key than the row states; nothing if it has the same one or states none.

    `slug` is the one that the record has, `record` None if the row adds it.
    """
    if not incoming.key or incoming.key == slug:
        return
    if record is not None:
        reason = "A record keeps its key"
    elif incoming.key.casefold() in RESERVED_SLUGS:
        reason = "The key is an address of the portal itself"
    elif not is_slug(incoming.key):
        reason = "The key cannot be the last part of an address"
    else:
        reason = "Another record has the key or once had it"
    advice = "Nothing to do, unless links to the stated key are in use"
    yield ImportIssue(incoming.row, "key", incoming.key, "note", f"{reason}; the record has another: {slug}", advice)
