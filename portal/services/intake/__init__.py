"""A CSV or XLSX file into projects, with a report of every finding in every row."""

from portal.services.intake.importing import import_file
from portal.services.intake.report import Finding, Report

__all__ = ["Finding", "Report", "import_file"]
