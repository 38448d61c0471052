"""A CSV or XLSX file into projects, with a report of every finding in every row."""

from portal.services.imports.report import Report
from portal.services.imports.run import import_file
from portal.services.records.findings import ImportIssue

__all__ = ["ImportIssue", "Report", "import_file"]
