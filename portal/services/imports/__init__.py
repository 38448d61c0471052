"""A CSV or XLSX file into projects, with a report of every finding in every row."""

from portal.services.imports.issues import ImportIssue
from portal.services.imports.report import Report
from portal.services.imports.run import import_file

__all__ = ["ImportIssue", "Report", "import_file"]
