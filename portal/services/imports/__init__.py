"""Imports a file of any format of `readers` into projects, and reports every issue of every row."""

from portal.services.imports.issues import ImportIssue
from portal.services.imports.report import Report
from portal.services.imports.run import import_file

__all__ = ["ImportIssue", "Report", "import_file"]
