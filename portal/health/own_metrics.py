"""The metrics that the health listener adds to those of the workers: readiness, jobs, mails, disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from portal.services.operations import job_runs

if TYPE_CHECKING:
    from portal.health.knowledge import Knowledge
    from portal.services.operations.job_runs import JobState


def own_metrics(knowledge: Knowledge) -> Iterator[Metric]:
    ready = GaugeMetricFamily("portal_ready", "1 if this part is as it should be (see /readyz).", labels=["part"])
    for part, is_well in knowledge.known_states():
        ready.add_metric([part], float(is_well))
    yield ready
    ages = GaugeMetricFamily("portal_probe_age_seconds", "Age of what the listener knows.", labels=["probe"])
    for name, probe in knowledge.probes.items():
        if (age := probe.age()) is not None:
            ages.add_metric([name], age)
    yield ages
    if (free := knowledge.disk.found) is not None:
        yield GaugeMetricFamily("portal_disk_free_bytes", "Free bytes on the disk of the SQLite file.", value=free)
    if (overdue := knowledge.overdue.found) is not None:
        yield from _job_metrics(overdue.jobs)
        mails = overdue.mails
        yield GaugeMetricFamily("portal_mails_waiting", "Mails that wait to be sent.", value=mails.waiting)
        yield GaugeMetricFamily("portal_mails_failed", "Mails that were given up.", value=mails.failed)
        seconds = mails.oldest_seconds
        yield GaugeMetricFamily("portal_mails_oldest_seconds", "Age of the oldest mail that waits.", value=seconds)


def _job_metrics(states: list[JobState]) -> Iterator[Metric]:
    done = GaugeMetricFamily("portal_job_done_timestamp_seconds", "When a job was last done.", labels=["job"])
    failed = GaugeMetricFamily("portal_job_failed", "1 if the last run of a job failed.", labels=["job"])
    late = GaugeMetricFamily("portal_job_late", "1 if a job should have been done again by now.", labels=["job"])
    for state in states:
        if state.done_at is not None:
            done.add_metric([state.job.name], state.done_at.timestamp())
        failed.add_metric([state.job.name], float(state.outcome == job_runs.FAILED))
        late.add_metric([state.job.name], float(state.is_late))
    yield from (done, failed, late)
