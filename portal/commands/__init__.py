"""The commands around staff: accounts, publishing what is due, and the demonstration."""

from portal.commands.accounts import account
from portal.commands.demonstration import demo
from portal.commands.publishing import publish_due
from portal.commands.sweeping import sweep

COMMANDS = (account, demo, publish_due, sweep)

__all__ = ["COMMANDS"]
