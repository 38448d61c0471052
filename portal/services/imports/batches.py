"""The rows of a file, read and checked, in batches of bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from portal.models.catalogue import ITEMISED_MOST
from portal.services.imports.csv_reader import table
from portal.services.records.findings import Finding
from portal.services.records.spellings import BroughtTerm, Glossary
from portal.services.records.validation import Row, check
from portal.services.records.values import Proposal

# A batch is stored in one transaction, which others wait for, and journalled as one change, which names so many
# projects and no more.
ROWS_MOST = min(4_000, ITEMISED_MOST)
# Characters of text: a file of very long cells must not fill the memory.
TEXT_MOST = 8_000_000


class Checked(NamedTuple):
    """One row: what it proposes (None when it is refused) and what there is to say of it."""

    proposal: Proposal | None
    findings: list[Finding]


class Batch(NamedTuple):
    """Rows in the order of the file, and the terms that the file brings along in them."""

    rows: list[Checked]
    terms: list[BroughtTerm]


def batches(path: Path, glossary: Glossary, id_prefix: str = "") -> Iterator[Batch]:
    """Yield the whole file, `id_prefix` before each Projects ID; raise UnreadableFile where it cannot be read on."""
    rows: list[Checked] = []
    size = 0
    with table(path) as found:
        for number, cells, fault in found.rows:
            if id_prefix and cells.get("project_id", "").strip():
                cells["project_id"] = id_prefix + cells["project_id"].strip()
            row = Row(number, cells)
            proposal = None
            if fault:
                row.findings.append(fault)
            else:
                proposal = check(row, glossary)
            rows.append(Checked(proposal, row.findings))
            size += sum(map(len, cells.values()))
            if len(rows) >= ROWS_MOST or size >= TEXT_MOST:
                yield Batch(rows, glossary.hand_over())
                rows, size = [], 0
    if rows:
        yield Batch(rows, glossary.hand_over())
