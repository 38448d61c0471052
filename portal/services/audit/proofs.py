"""Proofs for strangers: that the publication of a record is in the log, without what the record does not show.

deploy/verify_publication.py checks one.
"""

from __future__ import annotations

import base64
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import AuditLogDiffers, NotFound
from portal.models import AuditEvent, AuditLeaf, Project
from portal.services.audit import commitments
from portal.services.audit.history import PUBLIC_VERBS
from portal.services.audit.tlog.merkle import hash_leaf, inclusion_path, root_of
from portal.services.audit.tlog.notes import Checkpoint, VerifierKey

FORMAT = "idf-portal audit proof 1"
IMPORT_VERB = "import"
# What an event says beside the values of the record and who did it.
_PLAIN_FIELDS = {"id", "at", "verb", "subject_kind"}


def prove(
    session: Session, project: Project, public_values: dict[str, Any], checkpoint: Checkpoint, key: VerifierKey
) -> dict[str, Any]:
    """The proofs of all public events of a record, oldest first, as JSON.

    A proof opens what happened when to which record, and of the values after it those that are `public_values` still.
    Who did it stays closed, as do earlier values. Raises NotFound if no event in the checkpoint names the record.
    """
    entries = list(session.execute(select(AuditLeaf.commitment).order_by(AuditLeaf.index)).scalars())[: checkpoint.size]
    leaf_hashes = [hash_leaf(entry) for entry in entries]
    if len(entries) < checkpoint.size or root_of(leaf_hashes) != checkpoint.root:
        raise AuditLogDiffers("The log differs from its checkpoint: portal audit verify names the first bad event.")
    proofs = [
        {
            "index": leaf.index,
            "fields": commitments.open_fields(event, leaf.salt, _opened(event, public_values)),
            "path": [base64.b64encode(node).decode() for node in inclusion_path(leaf_hashes, leaf.index)],
        }
        for leaf, event in _public_events(session, project, checkpoint.size)
        if leaf.salt is not None
    ]
    if not proofs:
        raise NotFound(
            f"No published event names {project.slug}: it is newer than the checkpoint (run portal audit publish), or "
            "was imported by a version of the portal whose import events did not name their records."
        )
    return {
        "format": FORMAT,
        "record": project.slug,
        "project_id": project.id,
        "key": str(key),
        "checkpoint": checkpoint.note,
        "proofs": proofs,
    }


def _public_events(session: Session, project: Project, size: int) -> list[tuple[AuditLeaf, AuditEvent]]:
    query = select(AuditLeaf, AuditEvent).join(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
    query = query.where(AuditLeaf.index < size).order_by(AuditLeaf.index)
    own = query.where(
        AuditEvent.subject_kind == "project",
        AuditEvent.subject_id == str(project.id),
        AuditEvent.verb.in_(PUBLIC_VERBS),
    )
    found = [(leaf, event) for leaf, event in session.execute(own)]
    if any(event.verb == "publish" for _, event in found):
        return found
    imports = session.execute(query.where(AuditEvent.verb == IMPORT_VERB, AuditEvent.subject_kind == IMPORT_VERB))
    return [(leaf, event) for leaf, event in imports if _has_added(event, project.id)] + found


def _has_added(event: AuditEvent, project_id: int) -> bool:
    return any(first <= project_id <= last for first, last in (event.after or {}).get("added_ids", ()))


def _opened(event: AuditEvent, public_values: dict[str, Any]) -> set[str]:
    if event.verb == IMPORT_VERB:
        # The name of the file is not public.
        return _PLAIN_FIELDS | {"after.added_ids"}
    after = {} if event.verb == "withdraw" else event.after or {}
    still = {name for name, value in after.items() if name in public_values and public_values[name] == value}
    return _PLAIN_FIELDS | {"subject_id"} | {f"after.{name}" for name in still}
