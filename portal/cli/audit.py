"""portal audit: publishes the audit log, verifies it, and proves that a record's publication is in it."""

from __future__ import annotations

import json
import smtplib
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.cli.database import exclusive_transaction
from portal.config import Settings
from portal.database.orm import db, now
from portal.database.transactions import transaction
from portal.errors import AuditLogDiffers, ConfigurationError
from portal.services.audit import erasure, proofs, publishing
from portal.services.audit.log_folder import LogFolder, LogKeys
from portal.services.audit.tlog.notes import Checkpoint, VerifierKey
from portal.services.audit.verification import Verification, verify
from portal.services.operations.job_runs import recorded
from portal.services.records import published

_MAX_PROBLEMS = 20


@click.group("audit")
def audit() -> None:
    """Publish the audit log, verify it, and prove that a record's publication is in it."""


@audit.command("publish")
@click.option("--all", "writes_all", is_flag=True, help="Write all tiles again, not only new ones.")
@click.option("--begin", "begins", is_flag=True, help="Begin a log although something says that there was one.")
@with_appcontext
@recorded(publishing.PUBLISH_JOB)
def publish(writes_all: bool, begins: bool) -> None:
    """Sign a checkpoint of all audit events, and write, copy and mail it; for a timer that runs every hour."""
    settings, folder, keys = _log()
    with folder.lock():
        if not begins:
            publishing.check_begins(db.session(), folder, keys)
        checkpoint, faults = _publish(settings, folder, keys, writes_all=writes_all)
    click.echo(f"Checkpoint of {checkpoint.size} leaves in {folder.path}, signed by {keys.verifiers()[0]}.")
    try:
        if publishing.mail_checkpoint(settings, folder, checkpoint):
            click.echo(f"Mailed to {settings.audit_mail}.")
    except (OSError, smtplib.SMTPException) as error:
        faults.append(
            f"The checkpoint was not mailed to {settings.audit_mail} ({type(error).__name__}). Check the PORTAL_SMTP "
            "settings; the next run mails it."
        )
    if faults:
        raise click.ClickException(" ".join(faults))


def _publish(settings: Settings, folder: LogFolder, keys: LogKeys, *, writes_all: bool) -> tuple[Checkpoint, list[str]]:
    """Publish here, then to the copy; what keeps the copy from being written is a fault, and stops nothing else."""
    key, verifiers = keys.signing_key(folder), keys.verifiers()
    copies: list[tuple[LogFolder, int]] = []
    faults = []
    entries = publishing.read_entries(db.session())
    size = publishing.check_continues(entries, folder, verifiers)
    try:
        copies = [(copy, publishing.check_continues(entries, copy, verifiers)) for copy in _copies(settings)]
    except OSError as error:
        faults.append(_describe_copy_fault(settings, error))
    count = publishing.BATCH_EVENTS
    while count == publishing.BATCH_EVENTS:
        with transaction(db.session()) as session:
            count = publishing.assign_leaves(session)
    entries = publishing.read_entries(db.session())
    checkpoint = publishing.sign(key, entries, now())
    folder.publish(entries, checkpoint, published=0 if writes_all else size)
    try:
        for copy, copied in copies:
            copy.publish(entries, checkpoint, published=0 if writes_all else copied)
    except OSError as error:
        faults.append(_describe_copy_fault(settings, error))
    return checkpoint, faults


@audit.command("verify")
@click.option(
    "--against",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A checkpoint kept elsewhere, or a folder of them: files, mails or a copy of the log. Can be repeated.",
)
@click.option("--key", "public_key", help="The public key as it was kept elsewhere, instead of that of the key file.")
@click.option(
    "--accepted",
    type=click.IntRange(min=0),
    metavar="SIZE",
    help="What the first SIZE leaves say of erased events and of leaves lost in a restore was read, and is right "
    "(otherwise PORTAL_AUDIT_ACCEPTED).",
)
@with_appcontext
@recorded(publishing.VERIFY_JOB)
def verify_command(against: tuple[Path, ...], public_key: str | None, accepted: int | None) -> None:
    """Compare events, leaves, tiles, checkpoints and triggers; exit with 1 and name the first bad event if they differ.

    PORTAL_AUDIT_COPY is compared too. Only a checkpoint from elsewhere shows a change by whoever has this machine. A
    timer runs it every night.
    """
    settings, folder, keys = _log()
    lock: AbstractContextManager[None] = folder.lock() if folder.path.is_dir() else nullcontext()
    with lock:
        verifiers = [_parse_key(public_key)] if public_key else keys.verifiers()
        known = settings.audit_accepted if accepted is None else accepted
        found = _verify(settings, partial(verify, db.session(), folder, verifiers, accepted=known), against)
        if not found.problems and (lost := publishing.describe_lost_log(db.session(), folder, keys)):
            found.problems.append(lost)
        _print(found)


def _verify(
    settings: Settings, compare: Callable[[Sequence[Path]], Verification], against: Sequence[Path]
) -> Verification:
    """Compare with the copy and with what else is kept; a copy that cannot be read is a problem, the last one."""
    try:
        return compare((*(copy.path for copy in _copies(settings)), *against))
    except OSError as error:
        if not settings.audit_copy:
            raise
        found = compare(against)
        found.problems.append(_describe_copy_fault(settings, error))
        return found


def _parse_key(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except ValueError as error:
        raise click.ClickException("--key is not a public key of a log: copy what portal audit key prints.") from error


def _print(found: Verification) -> None:
    for line in found.notices:
        click.echo(line)
    for line in found.problems[:_MAX_PROBLEMS]:
        click.echo(line, err=True)
    if len(found.problems) > _MAX_PROBLEMS:
        click.echo(f"… and {len(found.problems) - _MAX_PROBLEMS} more.", err=True)
    if found.problems:
        sys.exit(1)
    click.echo(
        f"{found.leaves} leaves agree with their events, with {found.checkpoints} checkpoints here and {found.outside} "
        f"kept elsewhere; {found.waiting} events wait for the next checkpoint."
    )
    if not found.outside:
        click.echo("No checkpoint from elsewhere was compared: see --against.")


@audit.command("prove")
@click.argument("key")
@with_appcontext
def prove(key: str) -> None:
    """Print the proof that the publication of the record KEY (the end of its address) is in the log, as JSON.

    Whoever has it checks it with deploy/verify_publication.py. It names nobody, and shows what is public now.
    """
    _, folder, keys = _log()
    checkpoint = folder.checkpoint()
    if checkpoint is None:
        raise click.ClickException("The audit log is not published yet: run portal audit publish.")
    session = db.session()
    project = published.get_project_by_slug(session, key)
    values = published.draft_from_project(session, project).as_json() if project.published_at else {}
    verifier = next((verifier for verifier in keys.verifiers() if checkpoint.is_signed_by([verifier])), None)
    if verifier is None:
        raise AuditLogDiffers(f"The checkpoint in {folder.path} is not signed by the key of this portal.")
    click.echo(json.dumps(proofs.prove(session, project, values, checkpoint, verifier), indent=1))


@audit.command("key")
@click.option("--replace", is_flag=True, help="Make another key; the file keeps the former one, which still verifies.")
@with_appcontext
def key(replace: bool) -> None:
    """Print the public key of the audit log, for those who check it; make the key if there is none."""
    _, folder, keys = _log()
    if replace:
        keys.make()
    with folder.lock():
        keys.signing_key(folder)
    click.echo(keys.verifiers()[0])


@audit.command("accept-restore")
@click.option("--reason", required=True, help="Why the database was restored; it goes into the audit log.")
@with_appcontext
def accept_restore(reason: str) -> None:
    """After a restore from a backup: keep the leaves that were published since, whose events are lost."""
    _, folder, keys = _log()
    with folder.lock(), exclusive_transaction() as session:
        count = publishing.accept_restore(session, folder, keys.verifiers(), reason)
    click.echo(f"{count} leaves were taken over without their events. Run portal audit publish now.")


@audit.command("erase")
@click.argument("event_id", type=int)
@click.option("--reason", required=True, help="Why; it goes into the audit log, so name no person.")
@with_appcontext
def erase(event_id: int, reason: str) -> None:
    """Erase from the audit event EVENT_ID who did it, from where, and all values; the log still verifies."""
    with exclusive_transaction() as session:
        erasure.erase(session, event_id, reason)
    click.echo(f"Event {event_id} is erased.")


def _copies(settings: Settings) -> list[LogFolder]:
    """The folder elsewhere, if one is set. Raises OSError if it cannot be read.

    It is not made here: it would be a folder of this disk where another one is to be mounted.
    """
    if not settings.audit_copy:
        return []
    path = Path(settings.audit_copy)
    # Some versions of Python look only once the first name is asked for.
    next(path.iterdir(), None)
    return [LogFolder(path)]


def _describe_copy_fault(settings: Settings, error: OSError) -> str:
    return (
        f"The copy in {settings.audit_copy} cannot be used ({error.strerror or type(error).__name__}): mount it, or "
        "correct PORTAL_AUDIT_COPY. Nothing else waits for it, and the next portal audit publish completes it."
    )


def _log() -> tuple[Settings, LogFolder, LogKeys]:
    settings: Settings = current_app.extensions["settings"]
    if settings.audit_copy and Path(settings.audit_copy).resolve() == LogFolder.from_settings(settings).path.resolve():
        raise ConfigurationError("PORTAL_AUDIT_COPY is PORTAL_AUDIT_FOLDER itself: set it to another place.")
    return settings, LogFolder.from_settings(settings), LogKeys(settings)
