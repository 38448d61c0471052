"""The clock of this machine: whether a time server keeps it right. Without a right one, codes are refused."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from portal.services.operations.checks.finding import Finding, Surroundings, ok, warning

_COMMAND = ("timedatectl", "show", "--property=NTPSynchronized", "--value")


def check(_: Surroundings) -> Iterator[Finding]:
    match _is_synchronised():
        case "yes":
            yield ok("A time server keeps the clock of this machine right.")
        case "no":
            yield warning(
                "No time server keeps the clock of this machine right; codes fail once it is 30 seconds off.",
                "Run timedatectl set-ntp true (apt-get install systemd-timesyncd or chrony).",
            )
        case _:
            yield ok("Whether a time server keeps the clock right is not known here: timedatectl does not say.")


def _is_synchronised() -> str:
    """ "yes", "no", or "" where systemd does not run, as in a container."""
    try:
        done = subprocess.run(_COMMAND, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603 # no input
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
