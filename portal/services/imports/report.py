"""The report of an import: counts of rows, and issues, which are written to a file as they occur."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from portal.services.imports.issues import ImportIssue, RowLabel, printable
from portal.services.records.findings import sentence
from portal.text.formulas import escape_formula

REPORT_COLUMNS = ("row", "project_id", "title", "column", "value", "outcome", "reason", "advice")
MAX_SHOWN_ISSUES = 20
MAX_SHOWN_REASONS = 20
MAX_SHOWN_ROWS = 20


class CsvWriter(Protocol):
    """The part of csv.writer() that a report needs."""

    def writerow(self, row: Iterable[Any], /) -> Any: ...


@dataclass
class Report:
    """Counts rows, stores the first issues, and writes every issue to `writer`, a csv.writer().

    `repaired` counts the accepted rows with a repair; the other counts add up to `rows`.
    """

    writer: CsvWriter | None = None
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    repaired: int = 0
    issue_count: int = 0
    run_id: int | None = None
    first_issues: list[ImportIssue] = field(default_factory=list)
    first_refused_rows: list[str] = field(default_factory=list)
    reason_counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    file_notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.writer:
            self.writer.writerow(REPORT_COLUMNS)

    def note_file(self, notes: Iterable[str]) -> None:
        """Say something of the file as a whole."""
        for note in notes:
            self.file_notes.append(note)
            if self.writer:
                self.writer.writerow(("", "", "", "", "", "note", escape_formula(note), ""))

    def refuse(self, issues: Sequence[ImportIssue], label: RowLabel) -> None:
        """Count one refused row, and report its issues."""
        self.refused += 1
        refusals = [issue for issue in issues if issue.kind == "refused"]
        self.reason_counts.update({(issue.column, issue.general_reason) for issue in refusals})
        if len(self.first_refused_rows) < MAX_SHOWN_ROWS:
            self.first_refused_rows.append(label.project_id or f"row {refusals[0].row}")
        self._add_issues(issues, label)

    def accept(self, issues: Sequence[ImportIssue], label: RowLabel) -> None:
        """Report the issues of one accepted row, and count it if a value was repaired."""
        self.repaired += any(issue.kind == "repaired" for issue in issues)
        self._add_issues(issues, label)

    def _add_issues(self, issues: Sequence[ImportIssue], label: RowLabel) -> None:
        for issue in issues:
            self.issue_count += 1
            self._show(issue)
            if self.writer:
                texts = (*label, issue.column, issue.value, issue.kind, issue.reason, issue.advice)
                self.writer.writerow((issue.row, *map(escape_formula, texts)))

    def _show(self, issue: ImportIssue) -> None:
        """Remember an issue for the terminal; a refusal takes the place of the last repair or note."""
        if len(self.first_issues) >= MAX_SHOWN_ISSUES:
            if issue.kind != "refused":
                return
            others = [shown for shown in self.first_issues if shown.kind != "refused"]
            if not others:
                return
            self.first_issues.remove(others[-1])
        self.first_issues.append(issue)

    def summary(self, *, dry_run: bool = False) -> str:
        """The counts and the first issues as lines for a terminal."""
        lines = [
            f"{self.rows:,} rows: {self.added:,} added, {self.changed:,} changed, "
            f"{self.unchanged:,} unchanged, {self.refused:,} refused, {self.repaired:,} repaired."
        ]
        if dry_run:
            lines.append("This was a dry run: nothing was stored.")
        lines.extend(f"  {note}." for note in self.file_notes)
        lines.extend(self._refusal_lines())
        lines.extend(f"  {issue}" for issue in sorted(self.first_issues, key=lambda issue: issue.kind != "refused"))
        if self.issue_count > len(self.first_issues):
            rest = self.issue_count - len(self.first_issues)
            lines.append(f"  and {rest:,} more issues" + ("." if self.writer else "; use --report FILE to see all."))
        return "\n".join(lines)

    def _refusal_lines(self) -> Iterator[str]:
        """How many rows were refused for each reason, the most frequent first, and which rows they are."""
        for (column, reason), count in self.reason_counts.most_common(MAX_SHOWN_REASONS):
            yield f"  {count:,} refused: {f'{column}: ' if column else ''}{sentence(reason)}"
        if len(self.reason_counts) > MAX_SHOWN_REASONS:
            yield f"  and for {len(self.reason_counts) - MAX_SHOWN_REASONS:,} more reasons."
        if self.first_refused_rows:
            more = self.refused - len(self.first_refused_rows)
            shown = ", ".join(map(printable, self.first_refused_rows))
            yield f"  Refused: {shown}" + (f" and {more:,} more." if more else ".")
