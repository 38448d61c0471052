"""A file into projects, batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import UnreadableFile
from portal.models import Term
from portal.services.audit import recording
from portal.services.imports.batches import validated_batches
from portal.services.imports.prescan import prescan
from portal.services.imports.report import Report
from portal.services.imports.upsert import Upserter
from portal.services.imports.worker import batches_from_worker
from portal.services.records.spellings import TermLookup


def import_file(
    session: Session,
    path: Path,
    *,
    report: Report,
    new_terms: Literal["add", "refuse"] = "refuse",
    is_sample: bool = False,
    id_prefix: str = "",
    batch_context: Callable[[], AbstractContextManager[object]] | None = None,
    in_worker: bool = False,
    on_total: Callable[[int], object] | None = None,
    on_progress: Callable[[int], object] | None = None,
) -> None:
    """Read a CSV (plain, .gz, .xz) or XLSX file into projects; never commits.

    Good rows are stored, faulty ones refused with findings in `report`. Importing the same file again changes nothing.
    Each batch is written inside `with keep()`, which may be a transaction of its own; without it all stays in the
    caller's. `is_ahead` reads in a second process. `total` hears how many rows there are, `progress` how many more
    are done. Raises UnreadableFile for a file that cannot be read, as a rule before anything is written.
    """
    glossary = TermLookup(session.execute(select(Term)).scalars(), accepts_new=new_terms == "add")
    asked = path, glossary, id_prefix
    with batches_from_worker(*asked) if in_worker else nullcontext(validated_batches(*asked)) as found:
        rows, shared = prescan(path)
        storing = Upserter(session, report, shared, is_sample=is_sample)
        if on_total:
            on_total(rows)
        try:
            for batch in found:
                with batch_context() if batch_context else nullcontext():
                    before = report.added, report.changed, report.refused
                    recording.begin_bulk(session)
                    storing.store(batch)
                    done = (report.added - before[0], report.changed - before[1], report.refused - before[2])
                    counts = dict(zip(("added", "changed", "refused"), done, strict=True))
                    recording.record_bulk(session, "import", "import", path.name[:64], after=counts)
                if on_progress:
                    on_progress(len(batch.rows))
        except UnreadableFile as why:
            if not batch_context or not report.rows:
                raise
            raise UnreadableFile(
                f"{why} The {report.rows:,} rows before that are answered for and what was good in them is stored; "
                "correct the file and import it again, they will count as unchanged."
            ) from why
