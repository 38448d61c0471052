"""Publishing the audit log: events become leaves, leaves become tiles, and a checkpoint signs them all.

The order of events is that of their leaves. It is decided here, under a lock: on PostgreSQL a transaction may commit an
event after others with higher ids, so the ids are no order. An event that is late gets the next free leaf.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, insert, select
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.errors import AuditLogDiffers
from portal.models import AuditEvent, AuditLeaf, JobRun
from portal.services.audit import commitments, recording
from portal.services.audit.log_folder import LogFolder, LogKeys
from portal.services.audit.tlog.merkle import hash_leaf, root_of
from portal.services.audit.tlog.notes import Checkpoint, SigningKey, VerifierKey, sign_checkpoint
from portal.services.mail import direct

# Events that become leaves in one transaction, so that others need not wait long to write.
BATCH_EVENTS = 1_000
LOG_KIND = "audit log"
RESTORE_VERB = "accept lost leaves"
# The runs of the commands are recorded under these names; one that was done has this outcome.
PUBLISH_JOB, VERIFY_JOB, _DONE = "audit publish", "audit verify", "done"
# Identifies the advisory lock under which leaves get their indexes; an arbitrary number.
_ADVISORY_LOCK_ID = 0x1DF0_0002


def assign_leaves(session: Session) -> int:
    """Give the next leaves to the next events that have none; returns how many, at most BATCH_EVENTS."""
    next_index = _lock_and_count(session)
    query = select(AuditEvent).outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
    waiting = query.where(AuditLeaf.event_id.is_(None)).order_by(AuditEvent.id).limit(BATCH_EVENTS)
    rows = []
    for index, event in enumerate(session.execute(waiting).scalars(), start=next_index):
        salt = commitments.make_salt()
        commitment = commitments.commitment_of(event, salt)
        rows.append({"index": index, "event_id": event.id, "salt": salt, "commitment": commitment})
    if rows:
        session.execute(insert(AuditLeaf), rows)
    return len(rows)


def read_entries(session: Session) -> list[bytes]:
    """The entries of the log in their order."""
    return list(session.execute(select(AuditLeaf.commitment).order_by(AuditLeaf.index)).scalars())


def check_continues(entries: list[bytes], folder: LogFolder, keys: list[VerifierKey]) -> int:
    """How many of these entries the folder has published; raises AuditLogDiffers if it has published others."""
    checkpoint = folder.checkpoint()
    if checkpoint is None:
        return 0
    if not checkpoint.is_signed_by(keys):
        raise AuditLogDiffers(
            f"The checkpoint in {folder.path} is not signed by the key of this portal. Nothing was published. "
            "Find out who wrote it; portal audit verify says what else differs."
        )
    if checkpoint.size > len(entries):
        raise AuditLogDiffers(
            f"The log has {len(entries)} leaves, but {folder.path} has a signed checkpoint of {checkpoint.size}: "
            "events were deleted, or the database was restored from an older copy. Nothing was published. After a "
            "restore, run portal audit accept-restore; otherwise portal audit verify says what is missing."
        )
    if root_of(map(hash_leaf, entries[: checkpoint.size])) != checkpoint.root:
        raise AuditLogDiffers(
            f"The first {checkpoint.size} leaves are not those that the checkpoint in {folder.path} signs: the log was "
            "changed after it was published. Nothing was published. portal audit verify names the first bad event."
        )
    return checkpoint.size


def describe_lost_log(session: Session, folder: LogFolder, keys: LogKeys) -> str:
    """What says that the folder had a checkpoint, in one sentence, if it has none; "" otherwise.

    Whoever deletes the log together with its folder would have to find all of these.
    """
    if folder.checkpoint() is not None:
        return ""
    leaves = count_leaves(session)
    signs = {
        f"a table of {leaves} leaves": leaves > 0,
        "an earlier run of portal audit publish": _was_done(session, PUBLISH_JOB),
        f"the key in {keys.path}": bool(keys.read()),
    }
    if not any(signs.values()):
        return ""
    return f"{folder.path} has no checkpoint, but there is {', and '.join(sign for sign in signs if signs[sign])}."


def was_verified(session: Session) -> bool:
    """Whether `portal audit verify` has ever found that all agrees."""
    return _was_done(session, VERIFY_JOB)


def count_orphans(session: Session) -> int:
    """How many leaves name an event that is not there any more."""
    is_gone = ~exists().where(AuditEvent.id == AuditLeaf.event_id)
    query = select(func.count()).select_from(AuditLeaf).where(AuditLeaf.event_id.is_not(None), is_gone)
    return session.execute(query).scalar_one()


def count_leaves(session: Session) -> int:
    return session.execute(select(func.count()).select_from(AuditLeaf)).scalar_one()


def check_begins(session: Session, folder: LogFolder, keys: LogKeys) -> None:
    """Raise AuditLogDiffers if a new log would hide that there was another one."""
    if lost := describe_lost_log(session, folder, keys):
        raise AuditLogDiffers(
            f"{lost} Nothing was published, so that a deleted log is not replaced in silence. Put the folder back from "
            "its copy, and run portal audit verify. If no log was published before, portal audit publish --begin "
            "begins one."
        )


def sign(key: SigningKey, entries: list[bytes], at: datetime) -> Checkpoint:
    return sign_checkpoint(key, len(entries), root_of(map(hash_leaf, entries)), at)


def mail_checkpoint(settings: Settings, folder: LogFolder, checkpoint: Checkpoint) -> bool:
    """Mail a checkpoint that is larger than the last one mailed; returns whether it did.

    Sent at once, not through the outbox: whoever can write to the database must not be able to hold it back. Raises
    OSError or smtplib.SMTPException; the next checkpoint is mailed then.
    """
    if not settings.audit_mail or folder.mailed_size >= checkpoint.size:
        return False
    text = (
        f"A checkpoint of the audit log of {settings.public_url}. Keep this mail: with it, portal audit verify "
        f"--against FILE shows whether anybody changed the first {checkpoint.size} events since.\n\n{checkpoint.note}"
    )
    direct.send(settings.audit_mail, f"Checkpoint of the audit log: {checkpoint.size} leaves", text, settings)
    folder.note_mailed(checkpoint.size)
    return True


def accept_restore(session: Session, folder: LogFolder, keys: list[VerifierKey], reason: str) -> int:
    """Take over the leaves that were published after the backup which the database was restored from.

    Their events are lost; an audit event says so. Returns how many leaves there were. Raises AuditLogDiffers if the
    database and the folder differ otherwise.
    """
    first = _lock_and_count(session)
    checkpoint = folder.checkpoint()
    if checkpoint is None or checkpoint.size <= first or not checkpoint.is_signed_by(keys):
        raise AuditLogDiffers(f"{folder.path} has no signed checkpoint with more than {first} leaves: none is missing.")
    entries = read_entries(session) + folder.entries(checkpoint.size)[first : checkpoint.size]
    if len(entries) != checkpoint.size or root_of(map(hash_leaf, entries)) != checkpoint.root:
        raise AuditLogDiffers(
            f"The first {first} leaves are not those that {folder.path} has published, or its files are incomplete. "
            "Restore a copy of the database that was made before they were changed."
        )
    rows = [{"index": first + place, "commitment": entry} for place, entry in enumerate(entries[first:])]
    session.execute(insert(AuditLeaf), rows)
    after = {"first": first, "last": checkpoint.size - 1, "reason": reason}
    recording.record(session, RESTORE_VERB, LOG_KIND, first, after=after)
    return len(rows)


def _was_done(session: Session, job: str) -> bool:
    was_done = exists().where(JobRun.name == job, JobRun.outcome == _DONE)
    return bool(session.execute(select(was_done)).scalar())


def _lock_and_count(session: Session) -> int:
    """Let nobody else assign leaves until the transaction ends; returns the index of the next leaf."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK_ID)))
    return session.execute(select(func.coalesce(func.max(AuditLeaf.index) + 1, 0))).scalar_one()
