"""The commands that are more than a few lines: the import, accounts, publishing what is due, the demonstration."""

from portal.cli.accounts import account
from portal.cli.cleanup import cleanup_command
from portal.cli.demo import demo
from portal.cli.group import CommandLine
from portal.cli.imports import import_
from portal.cli.publish_due import publish_due

COMMANDS = (account, demo, import_, publish_due, cleanup_command)

__all__ = ["COMMANDS", "CommandLine"]
