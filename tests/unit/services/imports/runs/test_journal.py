"""How long the journal keeps what a run changed."""

import pytest

from portal.models import ImportChange
from portal.services.imports.runs.journal import MAX_UNDOABLE_RUNS, RunJournal


@pytest.mark.parametrize(("later", "kept"), [(MAX_UNDOABLE_RUNS - 1, 1), (MAX_UNDOABLE_RUNS, 0)])
def test_the_changes_of_a_run_are_kept_for_so_many_runs(session, later, kept):
    first = RunJournal(session(), "in.csv")
    first.write([(1, "a-record")], [])
    for _ in range(later):
        RunJournal(session(), "in.csv").begin()
    assert session.query(ImportChange).filter_by(run_id=first.run_id).count() == kept
