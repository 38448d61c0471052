"""The commands of `portal`, one module for each subject."""

from portal.cli.accounts import account
from portal.cli.audit import audit
from portal.cli.demo import demo
from portal.cli.doctor import doctor
from portal.cli.group import CommandLine
from portal.cli.iati_report import iati_report
from portal.cli.imports import import_
from portal.cli.jobs.backup import backup, restore
from portal.cli.jobs.check_rows import check_rows
from portal.cli.jobs.cleanup import cleanup_command, sweep
from portal.cli.jobs.dump import dump
from portal.cli.jobs.publish_due import publish_due
from portal.cli.jobs.record_run import record_run_command
from portal.cli.jobs.report_failure import report_failure
from portal.cli.jobs.send_mail import send_mail
from portal.cli.languages import guess_languages
from portal.cli.terms import terms

COMMANDS = (
    account, audit, demo, doctor, dump, import_, publish_due, cleanup_command, sweep, guess_languages, iati_report,
    terms, record_run_command, check_rows, backup, restore, send_mail, report_failure,
)  # fmt: skip

__all__ = ["COMMANDS", "CommandLine", "doctor"]
