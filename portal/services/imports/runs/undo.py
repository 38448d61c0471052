"""Undoes an import run: restores what it changed, where nobody has changed it since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.errors import InvalidTransition, NotFound
from portal.models import (
    Catalogue,
    ImportChange,
    ImportRun,
    Project,
    ProjectCountry,
    ProjectTag,
    Revision,
    SlugHistory,
    Term,
)
from portal.search.fulltext import text_index
from portal.services.audit import recording
from portal.services.imports.bulk.sql import in_list, insert_rows
from portal.services.imports.matching import COUNTRY_COLUMNS, PROJECT_COUNTRY_TABLE, PROJECT_TABLE, PROJECT_TAG_TABLE
from portal.services.imports.runs.journal import ChangeListener
from portal.services.integrity import row_checksums
from portal.services.records.translations import translation_rows
from portal.services.records.values import STORED_COLUMNS, Translation
from portal.vocabulary.workflow import SAMPLE_WITHDRAWAL_REASON

_CHUNK_SIZE = 2_000
_WITHDRAWAL_REASON = "The import that added this record was undone."
_RESTORED = ("slug", "slug_folded", *STORED_COLUMNS, "fingerprint", "is_sample")
_TERM_COLUMNS = ("status_id", "type_id", "coverage_id", "region_id")


class UndoResult(NamedTuple):
    """Counts of records: `withdrawn` ones were added and have revisions, `edited` ones have changed since the run."""

    restored: int
    removed: int
    withdrawn: int
    edited: int


def undo_run(session: Session, run_id: int, *, on_changed: ChangeListener | None = None) -> UndoResult:
    """Undo a run in the caller's transaction; `on_changed` gets what it restored and withdrew.

    Raises NotFound and InvalidTransition.
    """
    run = session.get(ImportRun, run_id, with_for_update=True)
    if run is None:
        raise NotFound(f"There is no import run {run_id}.")
    if run.undone_at is not None:
        raise InvalidTransition(f"Import run {run_id} has been undone already.")
    query = select(ImportChange.project_id, ImportChange.version, ImportChange.slug, ImportChange.before)
    changes = session.execute(query.where(ImportChange.run_id == run_id).order_by(ImportChange.project_id)).all()
    if not changes:
        raise InvalidTransition(f"Import run {run_id} changed nothing, or is too old to be undone.")
    recording.begin_bulk(session)
    terms = set(session.execute(select(Term.id)).scalars())
    result, touched = UndoResult(0, 0, 0, 0), []
    for start in range(0, len(changes), _CHUNK_SIZE):
        chunk = changes[start : start + _CHUNK_SIZE]
        ids = [change.project_id for change in chunk]
        current = _current_states(session, ids)
        unedited = [change for change in chunk if current.get(change.project_id) == (change.version, change.slug)]
        restorable = [c for c in unedited if c.before is not None and _term_ids(c.before) <= terms]
        added = [change.project_id for change in unedited if change.before is None]
        removed, withdrawn = _remove(session, added)
        _restore(session, [(change.project_id, change.before) for change in restorable])
        counts = (len(restorable), removed, withdrawn, len(chunk) - len(restorable) - len(added))
        result = UndoResult(*(total + count for total, count in zip(result, counts, strict=True)))
        touched += [*added, *(change.project_id for change in restorable)]
    run.undone_at = now()
    after = result._asdict() | {"run": run_id}
    recording.record_bulk(session, "undo import", "import", run.file_name, after=after)
    row_checksums.store_few(session, touched)
    Catalogue.touch(session, touched)
    if on_changed:
        on_changed(session, run_id, run.file_name, touched)
    return result


def _current_states(session: Session, ids: list[int]) -> dict[int, tuple[int, str]]:
    """Version and slug of the records, which are locked until the transaction ends."""
    query = select(Project.id, Project.version, Project.slug).where(in_list(session, Project.__table__.c.id, ids))
    return {row.id: (row.version, row.slug) for row in session.execute(query.with_for_update())}


def _term_ids(before: dict[str, Any]) -> set[int]:
    linked = [term_id for term_id, _ in before["country_links"]]
    return {*linked, *before["tags"], *(before[name] for name in _TERM_COLUMNS if before[name] is not None)}


def _remove(session: Session, ids: list[int]) -> tuple[int, int]:
    """Delete added records; withdraw those with revisions, which are permanent. Returns both counts."""
    if not ids:
        return 0, 0
    with_revisions = set(session.execute(select(Revision.project_id).where(Revision.project_id.in_(ids))).scalars())
    withdrawn = [project_id for project_id in ids if project_id in with_revisions]
    _withdraw(session, withdrawn, _WITHDRAWAL_REASON)
    text_index.remove(session, ids)
    session.execute(delete(Project).where(Project.id.in_([i for i in ids if i not in with_revisions])))
    return len(ids) - len(withdrawn), len(withdrawn)


def _withdraw(session: Session, ids: list[int], reason: str) -> None:
    if not ids:
        return
    values: dict[str, Any] = {"published_at": None, "withdrawn_at": now(), "withdrawn_reason": reason}
    values["version"] = PROJECT_TABLE.c.version + 1
    session.connection().execute(update(PROJECT_TABLE).where(PROJECT_TABLE.c.id.in_(ids)).values(values))
    for project_id in ids:
        recording.record(session, "withdraw", "project", project_id, after={"reason": reason})


def _restore(session: Session, records: list[tuple[int, dict[str, Any]]]) -> None:
    """Write the values before the run to the records, with their links and search documents."""
    if not records:
        return
    connection, ids = session.connection(), [project_id for project_id, _ in records]
    # A run of an earlier version says nothing of columns that came later.
    names = [name for name in _RESTORED if name in records[0][1]]
    rows = [
        {"at": project_id, "changed_at": now()} | {name: before[name] for name in names}
        for project_id, before in records
    ]
    changed = (
        update(PROJECT_TABLE).where(PROJECT_TABLE.c.id == bindparam("at")).values(version=PROJECT_TABLE.c.version + 1)
    )
    connection.execute(changed, rows)
    for links in (ProjectCountry, ProjectTag):
        connection.execute(delete(links).where(links.project_id.in_(ids)))
    insert_rows(connection, PROJECT_COUNTRY_TABLE, COUNTRY_COLUMNS, list(_country_rows(records)))
    tags = [(i, term_id) for i, before in records for term_id in before["tags"]]
    insert_rows(connection, PROJECT_TAG_TABLE, ("project_id", "term_id"), tags)
    for project_id, before in records:
        if "translations" in before:
            translation_rows.replace(session, project_id, [Translation(*row) for row in before["translations"]])
    own_slugs = [before["slug_folded"] for _, before in records]
    connection.execute(delete(SlugHistory).where(SlugHistory.slug_folded.in_(own_slugs)))
    session.expire_all()
    text_index.repair(session, ids)
    samples = [project_id for project_id, before in records if before["was_withdrawn_sample"]]
    _withdraw(session, samples, SAMPLE_WITHDRAWAL_REASON)
    text_index.remove(session, samples)


def _country_rows(records: list[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, int, bool, int | None]]:
    for project_id, before in records:
        shares = dict(before.get("country_shares", ()))
        for term_id, is_eligible in before["country_links"]:
            yield project_id, term_id, bool(is_eligible), shares.get(term_id)
