"""The tables: whether they are those of this version."""

from __future__ import annotations

from collections.abc import Iterator

from portal.services.operations import migrations
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem

_MAX_LISTED = 5


def check(surroundings: Surroundings) -> Iterator[Finding]:
    connection = surroundings.session.connection()
    if mismatch := migrations.find_mismatch(connection):
        yield problem(mismatch, "See docs/deploying.md, 7.")
        return
    if newer := migrations.newer_revision(connection):
        yield ok(f"A newer version has changed the tables (revision {newer}), and this one fits them.")
        return
    if differences := migrations.schema_differences(connection):
        shown = "; ".join(map(_describe, differences[:_MAX_LISTED]))
        yield problem(
            f"The tables have the right revision, but differ in {len(differences)} places: {shown}.",
            "Somebody changed them by hand. Undo that, or restore a backup (docs/deploying.md, 6).",
        )
        return
    yield ok(f"The tables are at revision {migrations.head_revision()}.")


def _describe(difference: object) -> str:
    """A difference of Alembic in a few words, such as "remove_index ix_account_email"."""
    if isinstance(difference, list) and difference:
        return _describe(difference[0])
    if not isinstance(difference, tuple):
        return str(difference)
    kind, *rest = difference
    names = [str(getattr(part, "name", part)) for part in rest if part is not None]
    return f"{kind} {' '.join(names)}"[:120]
