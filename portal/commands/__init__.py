"""The commands that are more than a few lines: the import, accounts, publishing what is due, the demonstration."""

from portal.commands.accounts import account
from portal.commands.demonstration import demo
from portal.commands.importing import import_
from portal.commands.line import CommandLine
from portal.commands.publishing import publish_due
from portal.commands.sweeping import sweep

COMMANDS = (account, demo, import_, publish_due, sweep)

__all__ = ["COMMANDS", "CommandLine"]
