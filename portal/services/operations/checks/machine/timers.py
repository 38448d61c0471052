"""Timers: which of the commands that they start failed, or did not run."""

from __future__ import annotations

from collections.abc import Iterator

from portal.services.operations import job_runs
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning


def check(surroundings: Surroundings) -> Iterator[Finding]:
    if not surroundings.settings.is_production:
        yield ok("A development portal: no timers are expected.")
        return
    states = job_runs.job_states(surroundings.session, surroundings.moment)
    # The last backup has a check of its own.
    states = [state for state in states if state.job.name != "backup"]
    for state in states:
        if state.problem:
            judge = problem if state.job.is_needed or state.outcome == job_runs.FAILED else warning
            yield judge(
                state.problem, "See systemctl list-timers 'portal-*'; how to enable them: docs/deploying.md, 3."
            )
    if good := [state.job.name for state in states if state.outcome and not state.problem]:
        yield ok(f"In time: {', '.join(good)}.")
