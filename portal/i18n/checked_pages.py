"""When the translation of each prose page was last compared with its English (portal/translations/pages.csv)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache

from portal.i18n.catalogues import FOLDER


def checked_on(template: str, language: str) -> date | None:
    """The day for a page, by the name of its template ("privacy.html"); None for English."""
    return _days().get((template, language))


@cache
def _days() -> Mapping[tuple[str, str], date]:
    with (FOLDER / "pages.csv").open(encoding="utf-8", newline="") as file:
        return {(row["page"], row["language"]): date.fromisoformat(row["checked"]) for row in csv.DictReader(file)}
