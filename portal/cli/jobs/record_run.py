"""portal record-run: records that a program which is not ours has run, such as pg_dump or curl; for its unit."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.services.operations.job_runs import DONE, FAILED, JOBS, record_run

# What systemd puts into SERVICE_RESULT if all went well.
_SUCCESS = "success"


@click.command("record-run")
@click.argument("name", type=click.Choice([job.name for job in JOBS]))
@click.argument("result", default=_SUCCESS)
@with_appcontext
def record_run_command(name: str, result: str) -> None:
    """Record that NAME has run: for ExecStopPost= with ${SERVICE_RESULT}, or after pg_dump in a backup of your own.

    RESULT is "success", or why it failed.
    """
    if result == _SUCCESS:
        record_run(name, DONE)
    else:
        record_run(name, FAILED, f"{result}; see its log.")
