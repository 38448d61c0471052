"""What an import says about its rows: counts, and findings that go to a file as they come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from portal.services.imports.issues import ImportIssue, shorten_value

REPORT_COLUMNS = ("row", "column", "value", "outcome", "reason", "advice")
MAX_SHOWN_ISSUES = 20
# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class CsvWriter(Protocol):
    """The part of csv.writer() that a report needs."""

    def writerow(self, row: Iterable[Any], /) -> Any: ...


@dataclass
class Report:
    """Counts rows; keeps only the first findings and passes all on to `writer`, a csv.writer().

    `repaired` counts rows that went in with a repair; the other counts add up to `rows`.
    """

    writer: CsvWriter | None = None
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    repaired: int = 0
    issue_count: int = 0
    first_issues: list[ImportIssue] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.writer:
            self.writer.writerow(REPORT_COLUMNS)

    def refuse(self, issues: Iterable[ImportIssue]) -> None:
        """Count one refused row and say all that is wrong with it."""
        self.refused += 1
        self._add_issues(issues)

    def accept(self, issues: Iterable[ImportIssue]) -> None:
        """Count one accepted row's repairs and say them."""
        told = list(issues)
        self.repaired += any(finding.kind == "repaired" for finding in told)
        self._add_issues(told)

    def _add_issues(self, issues: Iterable[ImportIssue]) -> None:
        for finding in issues:
            self.issue_count += 1
            if len(self.first_issues) < MAX_SHOWN_ISSUES:
                self.first_issues.append(finding)
            if self.writer:
                value = escape_formula(shorten_value(finding.value))
                self.writer.writerow(
                    (
                        finding.row,
                        finding.column,
                        value,
                        finding.kind,
                        escape_formula(finding.reason),
                        escape_formula(finding.advice),
                    )
                )

    def summary(self, *, dry_run: bool = False) -> str:
        """Several lines for a terminal."""
        lines = [
            f"{self.rows:,} rows: {self.added:,} added, {self.changed:,} changed, "
            f"{self.unchanged:,} unchanged, {self.refused:,} refused, {self.repaired:,} repaired."
        ]
        if dry_run:
            lines.append("This was a dry run: nothing was stored.")
        lines.extend(f"  {finding}" for finding in self.first_issues)
        if self.issue_count > len(self.first_issues):
            rest = self.issue_count - len(self.first_issues)
            lines.append(
                f"  and {rest:,} more findings" + ("." if self.writer else "; write all of them with --report FILE.")
            )
        return "\n".join(lines)


def escape_formula(text: str) -> str:
    """The text of a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
