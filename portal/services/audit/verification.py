"""Verifying the audit log: events against leaves, leaves against tiles, all against checkpoints, also those elsewhere.

Whoever can write the database and read the key can rebuild everything on this machine. Only a checkpoint that is kept
elsewhere shows that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import InvalidCheckpoint
from portal.models import AuditEvent, AuditLeaf
from portal.services.audit import commitments, erasure, publishing, triggers
from portal.services.audit.checkpoint_files import StoredCheckpoint, read_checkpoints
from portal.services.audit.log_folder import LogFolder
from portal.services.audit.tlog import tiles
from portal.services.audit.tlog.merkle import Frontier, hash_leaf
from portal.services.audit.tlog.notes import VerifierKey

# No transaction takes this long: an event that is so much older than a checkpoint without it was added afterwards.
MAX_TRANSACTION_TIME = timedelta(hours=1)


@dataclass
class Verification:
    """What was compared, and what differs: the first of `problems` names the first bad event; empty if all agree.

    `waiting` is the number of events that are in no checkpoint yet. `notices` says which events are erased or lost, as
    an accepted event of the log explains.
    """

    leaves: int = 0
    waiting: int = 0
    checkpoints: int = 0
    outside: int = 0
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def verify(
    session: Session,
    folder: LogFolder,
    keys: Sequence[VerifierKey],
    against: Sequence[Path] = (),
    *,
    accepted: int = 0,
) -> Verification:
    """Compare the log in the database with its folder, and with checkpoints kept elsewhere, in files or folders.

    Events of the log explain why others are erased or lost. Whoever has the machine can write such events too, so those
    after the first `accepted` leaves are problems until a person has read them.

    Changes nothing. Call it while the folder is locked: publishing meanwhile would look like a difference.
    """
    own = read_checkpoints(path for path in (folder.path / "checkpoint", *folder.former_checkpoints()) if path.exists())
    outside = read_checkpoints(against)
    found = Verification(checkpoints=len(own), outside=len(outside))
    signed = [stored for stored in (*own, *outside) if stored.checkpoint.is_signed_by(keys)]
    leaves = _Leaves(session, [folder, *(LogFolder(path) for path in against if path.is_dir())], signed)
    found.problems += leaves.compare()
    found.leaves = len(leaves.entries)
    found.problems += _compare_checkpoints([*own, *outside], signed, leaves)
    if not found.problems:
        found.problems += _compare_files(folder, leaves.entries)
    waiting, problems = _compare_waiting(session, signed)
    found.waiting = waiting
    found.problems += problems + triggers.problems(session)
    for index, explanation in leaves.explanations:
        is_known = index is not None and index < accepted
        (found.notices if is_known else found.problems).append(explanation if is_known else _unread(explanation, index))
    return found


def _unread(explanation: str, index: int | None) -> str:
    advice = "portal audit publish" if index is None else f"portal audit verify --accepted {index + 1}"
    return f"{explanation}. If that is right: {advice}."


class _Leaves:
    """The leaves in the database, compared one by one with their events and with what was published of them."""

    def __init__(self, session: Session, folders: Sequence[LogFolder], signed: Sequence[StoredCheckpoint]) -> None:
        self.entries: list[bytes] = []
        self.roots: dict[int, bytes] = {}
        self.event_ids: list[int | None] = []
        # The leaf of the event that explains, None if it waits for one, and what it says.
        self.explanations: list[tuple[int | None, str]] = []
        self._session = session
        self._published = [_PublishedLeaves(folder) for folder in folders]
        self._sizes = {stored.checkpoint.size for stored in signed}
        self._times = _CheckpointTimes(signed)
        self._erased: set[int] = set()
        self._lost: list[range] = []
        self._read_explanations()

    def compare(self) -> Iterator[str]:
        """One line for each leaf that differs, in their order."""
        frontier = Frontier()
        self.roots[0] = frontier.root()
        expected = 0
        query = select(AuditLeaf, AuditEvent).outerjoin(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
        for leaf, event in self._session.execute(query.order_by(AuditLeaf.index).execution_options(yield_per=1_000)):
            if leaf.index != expected:
                yield f"Leaf {expected} was deleted in the database. The next one is of {_name(leaf, event)}."
            expected = leaf.index + 1
            yield from self._compare_leaf(leaf, event)
            self.entries.append(leaf.commitment)
            self.event_ids.append(leaf.event_id)
            frontier.add(hash_leaf(leaf.commitment))
            if frontier.size in self._sizes:
                self.roots[frontier.size] = frontier.root()

    def _compare_leaf(self, leaf: AuditLeaf, event: AuditEvent | None) -> Iterator[str]:
        name = _name(leaf, event)
        yield from (f"{name} {fault}." for fault in self._faults(leaf, event))
        for published in self._published:
            if published.differs(leaf):
                yield f"{name} is not what {published.path} has published as leaf {leaf.index}."
        since = self._times.newest_without(leaf.index)
        if event is not None and since and event.at < since - MAX_TRANSACTION_TIME:
            yield _added_later(name, since)

    def _faults(self, leaf: AuditLeaf, event: AuditEvent | None) -> Iterator[str]:
        """What is wrong with an event, from its leaf alone."""
        if event is None:
            if not any(leaf.index in lost for lost in self._lost):
                yield "was deleted, and no event of the log says why"
        elif leaf.salt is not None:
            if commitments.commitment_of(event, leaf.salt) != leaf.commitment:
                yield "was changed after it got its leaf"
        elif event.id not in self._erased:
            yield "has lost its salt, and no event of the log says that it was erased"
        elif not erasure.is_erased(event):
            yield "is erased in the log, but not in the database"

    def _read_explanations(self) -> None:
        """Which events are erased and which leaves were lost in a restore, as events say."""
        verbs = (erasure.ERASE_VERB, publishing.RESTORE_VERB)
        query = select(AuditEvent, AuditLeaf.index).outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
        for event, index in self._session.execute(query.where(AuditEvent.verb.in_(verbs)).order_by(AuditEvent.id)):
            after = event.after or {}
            said = f"says event {event.id} of {event.at:%Y-%m-%d}: {after.get('reason', '')}"
            if event.subject_kind == erasure.EVENT_KIND and event.subject_id.isdecimal():
                self._erased.add(int(event.subject_id))
                self.explanations.append((index, f"Event {event.subject_id} was erased, {said}"))
            elif event.subject_kind == publishing.LOG_KIND:
                lost = range(after.get("first", 0), after.get("last", -1) + 1)
                self._lost.append(lost)
                what = f"Leaves {lost.start} to {lost.stop - 1} were lost in a restore"
                self.explanations.append((index, f"{what}, {said}"))


class _CheckpointTimes:
    """When the newest checkpoint was signed that does not contain a leaf; ask for rising indexes."""

    def __init__(self, signed: Sequence[StoredCheckpoint]) -> None:
        timed = ((stored.checkpoint.size, stored.checkpoint.at) for stored in signed if stored.checkpoint.at)
        self._later = sorted(timed, reverse=True)
        self._newest: datetime | None = None

    def newest_without(self, index: int) -> datetime | None:
        while self._later and self._later[-1][0] <= index:
            at = self._later.pop()[1]
            self._newest = max(self._newest or at, at)
        return self._newest


class _PublishedLeaves:
    """What the tiles of a folder say of each leaf, read in their order."""

    def __init__(self, folder: LogFolder) -> None:
        self.path = folder.path
        try:
            checkpoint = folder.checkpoint()
        except InvalidCheckpoint:
            checkpoint = None
        self._hashes = enumerate(folder.leaf_hashes(checkpoint.size if checkpoint else 0))
        self._next = next(self._hashes, None)

    def differs(self, leaf: AuditLeaf) -> bool:
        """Whether a tile says something else of this leaf; call it for rising indexes."""
        while self._next and self._next[0] < leaf.index:
            self._next = next(self._hashes, None)
        stated = self._next[1] if self._next and self._next[0] == leaf.index else None
        return stated is not None and stated != hash_leaf(leaf.commitment)


def _compare_checkpoints(
    all_stored: Sequence[StoredCheckpoint], signed: Sequence[StoredCheckpoint], leaves: _Leaves
) -> Iterator[str]:
    """One line for each checkpoint that the leaves do not agree with. All that agree are of one log, so consistent."""
    count = len(leaves.entries)
    if count and not all_stored:
        yield f"The database has {count} published leaves, but there is no checkpoint of them: the files were deleted."
    agreeing = [stored for stored in signed if leaves.roots.get(stored.checkpoint.size) == stored.checkpoint.root]
    for stored in sorted(all_stored, key=lambda stored: stored.checkpoint.size):
        size = stored.checkpoint.size
        if stored not in signed:
            yield f"{stored} is not signed by this key."
        elif size > count:
            yield f"{stored} has leaves {count} to {size - 1}, which are missing: events were deleted or rolled back."
        elif stored not in agreeing:
            first = max((good.checkpoint.size for good in agreeing if good.checkpoint.size < size), default=0)
            yield (
                f"{stored} signs other events. The first bad event is one of leaves {first} to {size - 1}, which are "
                f"events {leaves.event_ids[first]} to {leaves.event_ids[size - 1]} now."
            )


def _compare_files(folder: LogFolder, entries: Sequence[bytes]) -> Iterator[str]:
    """One line for each tile and bundle that is missing or differs from the leaves."""
    try:
        checkpoint = folder.checkpoint()
    except InvalidCheckpoint as error:
        yield str(error)
        return
    for name, content in tiles.tiles(entries[: checkpoint.size if checkpoint else 0]):
        # A partial tile may be gone once the whole one is there.
        stored = folder.read(name) or (folder.read(name.partition(".p/")[0]) or b"")[: len(content)]
        if stored != content:
            yield f"{folder.path / name} {'differs' if stored else 'is missing'}: portal audit publish --all writes it."


def _compare_waiting(session: Session, signed: Sequence[StoredCheckpoint]) -> tuple[int, list[str]]:
    """How many events have no leaf yet, and one line for each that should have had one."""
    newest = max((stored.checkpoint.at for stored in signed if stored.checkpoint.at), default=None)
    query = select(AuditEvent).outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
    waiting = session.execute(query.where(AuditLeaf.event_id.is_(None)).order_by(AuditEvent.id)).scalars().all()
    return len(waiting), [
        _added_later(_name(None, event), newest)
        for event in waiting
        if newest and event.at < newest - MAX_TRANSACTION_TIME
    ]


def _name(leaf: AuditLeaf | None, event: AuditEvent | None) -> str:
    if event is not None:
        when = f"{event.at:%Y-%m-%d %H:%M:%S} UTC"
        return f"Event {event.id} ({event.verb} {event.subject_kind} {event.subject_id}, {when})"
    known = f"Event {leaf.event_id}" if leaf and leaf.event_id else "The event"
    return f"{known} of leaf {leaf.index if leaf else 0}"


def _added_later(name: str, since: datetime) -> str:
    return f"{name} was added later: it is not in the checkpoint of {since:%Y-%m-%d %H:%M:%S} UTC."
