"""The commands of `portal`, one module for each subject."""

from portal.cli.accounts import account
from portal.cli.cleanup import cleanup_command, sweep
from portal.cli.demo import demo
from portal.cli.dump import dump
from portal.cli.group import CommandLine
from portal.cli.iati_report import iati_report
from portal.cli.imports import import_
from portal.cli.languages import guess_languages
from portal.cli.publish_due import publish_due
from portal.cli.record_run import record_run_command
from portal.cli.report_failure import report_failure
from portal.cli.terms import terms

COMMANDS = (
    account, demo, dump, import_, publish_due, cleanup_command, sweep, guess_languages, iati_report, terms,
    record_run_command, report_failure,
)  # fmt: skip

__all__ = ["COMMANDS", "CommandLine"]
