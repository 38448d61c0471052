"""What was deleted from the audit log is noticed by the nightly run and by `portal doctor`, with nothing kept apart.

Whoever deleted it has put the triggers back.
"""

import shutil

import pytest

from portal.models import JobRun
from portal.services.audit import triggers
from portal.services.operations import job_runs
from portal.services.operations.checks.data import audit_log
from portal.services.operations.checks.finding import CheckState, Surroundings

ALL = ("DELETE FROM audit_leaf", "DELETE FROM audit_event")
LEAVES, RUN, KEY = "leaves in the table", "an earlier run", "a key"


@pytest.fixture
def published(log):
    log.record(3)
    log.run("publish")
    log.run("verify")
    return log


def delete(log, *statements):
    with log.without_triggers():
        log.execute(*statements)
    assert triggers.problems(log.session()) == []


def problems(log, **settings):
    """What `portal doctor` says of the log."""
    if settings:
        log.change_settings(**settings)
    surroundings = Surroundings(log.app.extensions["settings"], log.session())
    return [finding.text for finding in audit_log.check(surroundings) if finding.state != CheckState.OK]


def job(log):
    log.session.commit()
    return next(state for state in job_runs.job_states(log.session()) if state.job.name == "audit verify")


def test_a_log_that_is_whole_has_no_problem(published):
    assert problems(published) == []
    assert (job(published).outcome, job(published).problem) == (job_runs.DONE, "")


def test_events_that_were_deleted_are_noticed(published):
    count = len(published.ids())
    delete(published, "DELETE FROM audit_event")
    published.run("verify", code=1)
    assert job(published).outcome == job_runs.FAILED
    assert "audit verify failed" in job(published).problem
    assert problems(published) == [f"Events of the audit log that were deleted: {count}."]


def test_leaves_that_were_deleted_with_their_events_are_noticed(published):
    count = len(published.ids())
    delete(published, *ALL)
    published.run("verify", code=1)
    assert job(published).outcome == job_runs.FAILED
    assert problems(published) == [f"The audit log has 0 leaves, but its checkpoint signs {count}."]


def test_a_log_that_was_deleted_with_its_folder_is_noticed_and_not_begun_anew(published):
    delete(published, *ALL)
    shutil.rmtree(published.folder)
    said = f"{published.folder} has no checkpoint, but there is an earlier run of portal audit publish, and the key in"
    assert said in published.run("verify", code=1)
    assert job(published).outcome == job_runs.FAILED
    (text,) = problems(published)
    assert said in text
    assert said in published.run("publish", code=1)
    assert not (published.folder / "checkpoint").exists()
    published.run("publish", "--begin")
    published.run("verify")


@pytest.mark.parametrize("left", [LEAVES, RUN, KEY])
def test_each_trace_of_a_log_is_enough(published, left):
    if left != LEAVES:
        delete(published, *ALL)
    if left != RUN:
        published.session.query(JobRun).filter_by(name="audit publish").delete()
        published.session.commit()
    if left != KEY:
        published.key_file.unlink()
    shutil.rmtree(published.folder)
    named = {LEAVES: "a table of", RUN: "an earlier run", KEY: "the key in"}[left]
    assert [f"there is {named}" in text for text in problems(published)] == [True]
    assert f"there is {named}" in published.run("publish", code=1)
    published.run("verify", code=1)


def test_a_production_log_that_is_never_verified_is_said(log):
    log.record(1)
    log.run("publish")
    assert problems(log, is_production=True) == ["The audit log has never been compared with its events."]
    log.run("verify")
    assert problems(log) == []


def test_what_a_person_accepted_is_set_for_the_nightly_run(log):
    erased = log.record(3)[0]
    log.run("publish")
    log.run("erase", str(erased), "--reason", "asked")
    log.run("publish")
    log.run("verify", code=1)
    log.change_settings(audit_accepted=len(log.ids()))
    assert "was erased" in log.run("verify")
    log.run("verify", "--accepted", "0", code=1)
