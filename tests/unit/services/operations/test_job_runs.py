"""Runs of the commands that timers start are recorded, and what is late or failed is said."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from portal.app import command_line
from portal.database.orm import now
from portal.errors import BackupFailed
from portal.models import JobRun
from portal.services.operations import job_runs
from portal.services.operations.job_runs import DONE, FAILED, JOBS, RUNNING, describe_period, recorded


def state_of(session, name, moment=None):
    return next(state for state in job_runs.job_states(session(), moment) if state.job.name == name)


def fail(error):
    with recorded("cleanup"):
        raise error


def test_a_run_is_running_until_it_is_done(session):
    with recorded("cleanup"):
        assert state_of(session, "cleanup").outcome == RUNNING
    state = state_of(session, "cleanup")
    assert (state.outcome, state.is_late, state.problem) == (DONE, False, "")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BackupFailed("R-1 was\nchanged."), "R-1 was changed."),
        (SystemExit(3), "It ended with status 3."),
        (ValueError("secret"), "ValueError; see its log."),
        (KeyboardInterrupt(), "KeyboardInterrupt; see its log."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_is_recorded_and_goes_on(session, error, said):
    with pytest.raises(type(error)):
        fail(error)
    state = state_of(session, "cleanup")
    assert (state.outcome, state.message) == (FAILED, said)
    assert f"cleanup failed at {state.started_at:%Y-%m-%d %H:%M} UTC: {said}" in state.problem
    assert "every day" in state.problem


def test_an_exit_with_success_is_no_failure(session):
    with pytest.raises(SystemExit):
        fail(SystemExit(0))
    assert state_of(session, "cleanup").outcome == DONE


def test_a_failure_after_a_success_keeps_the_age_of_the_success(session):
    moment = now() + timedelta(hours=1)
    with recorded("cleanup"):
        pass
    with pytest.raises(SystemExit):
        fail(SystemExit(1))
    state = state_of(session, "cleanup", moment)
    assert (state.outcome, state.is_late) == (FAILED, False)
    assert timedelta(hours=1) - timedelta(minutes=1) <= state.age <= timedelta(hours=1)


@pytest.mark.parametrize(("hours", "is_late"), [(30, False), (31, True)])
def test_a_daily_job_is_late_after_thirty_hours(session, hours, is_late):
    with recorded("backup"):
        pass
    assert state_of(session, "backup", now() + timedelta(hours=hours)).is_late is is_late


def test_a_killed_run_is_late_when_nothing_was_done_before(session):
    session.add(JobRun(name="dump", started_at=now()))
    session.commit()
    state = state_of(session, "dump")
    assert (state.outcome, state.is_late) == (RUNNING, True)
    assert "dump has never run to its end" in state.problem


def test_only_what_is_needed_is_missed_before_its_first_run(session):
    late = [state.job.name for state in job_runs.job_states(session()) if state.is_late]
    assert late == [job.name for job in JOBS if job.is_needed]
    assert "dump" not in late


def test_a_clock_that_was_set_back_gives_no_negative_age(session):
    with recorded("dump"):
        pass
    assert state_of(session, "dump", now() - timedelta(days=1)).age == timedelta()


def test_a_missing_table_does_not_stop_the_job(session, caplog):
    session.execute(text("DROP TABLE job_run"))
    ran = []
    with recorded("cleanup"):
        ran.append(1)
    assert ran == [1]
    assert "a run is not recorded (cleanup)" in caplog.text


def test_old_runs_go_and_the_last_of_each_outcome_stays(session):
    for days, outcome in ((90, DONE), (80, DONE), (70, FAILED), (60, FAILED)):
        session.add(JobRun(name="dump", started_at=now() - timedelta(days=days), outcome=outcome))
    session.flush()
    assert job_runs.purge(session(), now() - timedelta(days=30)) == 2
    assert sorted(run.outcome for run in session.query(JobRun)) == [DONE, FAILED]


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (timedelta(minutes=1), "minute"),
        (timedelta(minutes=15), "15 minutes"),
        (timedelta(hours=1), "hour"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_a_period_is_said_in_words(period, said):
    assert describe_period(period) == said


def run(app, *words):
    result = app.test_cli_runner().invoke(command_line, words)
    return result.exit_code, result.output


def test_the_commands_of_timers_record_themselves(app, session, tmp_path):
    assert run(app, "cleanup")[0] == 0
    assert run(app, "publish-due")[0] == 0
    assert run(app, "dump", str(tmp_path / "dump"))[0] == 0
    (tmp_path / "taken.db").touch()
    assert run(app, "backup", str(tmp_path / "taken.db"))[0] == 1
    outcomes = {state.job.name: state.outcome for state in job_runs.job_states(session()) if state.outcome}
    assert outcomes == {"publish-due": DONE, "cleanup": DONE, "backup": FAILED, "dump": DONE}


@pytest.mark.parametrize(("words", "outcome"), [((), DONE), (("success",), DONE), (("timeout",), FAILED)])
def test_a_unit_records_a_program_that_is_not_ours(app, session, words, outcome):
    assert run(app, "record-run", "iati", *words) == (0, "")
    assert state_of(session, "iati").outcome == outcome
