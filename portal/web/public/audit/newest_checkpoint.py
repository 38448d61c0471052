"""The newest checkpoint of the published audit log, which pages of histories name."""

from __future__ import annotations

from portal.errors import InvalidCheckpoint
from portal.services.audit.log_folder import LogFolder
from portal.services.audit.tlog.notes import Checkpoint
from portal.web.http.request_context import settings


def newest_checkpoint() -> Checkpoint | None:
    """The newest checkpoint and its time, None if the log is not published."""
    try:
        newest = LogFolder.from_settings(settings()).checkpoint()
    except (InvalidCheckpoint, OSError):
        return None
    return newest if newest and newest.at else None


def audit_log_state() -> str:
    """What changes with each checkpoint."""
    newest = newest_checkpoint()
    return newest.note if newest else ""
