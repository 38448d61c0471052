"""The records beside their checksums, as the last portal check-rows found them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from portal.services.integrity import row_check
from portal.services.operations.checks.finding import Finding, Surroundings, in_words, ok, problem, warning

_LATE = timedelta(hours=50)
_MAX_LISTED = 5
_RUN = "Run portal check-rows, and enable portal-check-rows.timer (docs/deploying.md, 6)."


def check(surroundings: Surroundings) -> Iterator[Finding]:
    is_expected = surroundings.settings.is_production
    last = row_check.last_check(surroundings.session)
    if last is None:
        text = "The records have never been compared with their checksums."
        yield warning(text, _RUN) if is_expected else ok(text)
        return
    if last.damaged:
        shown = ", ".join(last.damaged[:_MAX_LISTED]) + (" …" if len(last.damaged) > _MAX_LISTED else "")
        yield problem(
            f"Records that are not what the portal stored: {len(last.damaged)} ({shown}).",
            "Run portal check-rows, and compare them with a backup (docs/deploying.md, 6).",
        )
    age = max(surroundings.moment - last.checked_at, timedelta())
    if age > _LATE and is_expected:
        yield warning(f"The records were compared with their checksums {in_words(age)} ago.", _RUN)
    elif not last.damaged:
        yield ok(f"Records that are what the portal stored: {last.compared}, as of {in_words(age)} ago.")
