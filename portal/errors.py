"""What can go wrong in the trade of the portal; the edges turn these into pages, exit codes and JSON."""


class PortalError(Exception):
    """Anything the portal refuses, in words for the person who asked."""


class Misconfigured(PortalError):
    """A setting is missing or impossible; the message names it and says what to set."""


class UnreadableFile(PortalError):
    """A file that cannot be read to its end; nothing of it was stored, or the message says what was."""


class CannotBackUp(PortalError):
    """No copy of the database was made."""


class Missing(PortalError):
    """There is no project under this address."""
