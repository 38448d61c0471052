"""Extracts the messages of the rules in portal/terms: what they say is data, and translated all the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

COLUMNS = ("reason", "advice", "source")


def extract(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, str, str | tuple[str, str], list[str]]]:
    """Line, function, message and comments of each text, as Babel wants them."""
    rows = csv.DictReader(io.StringIO(file.read().decode(), newline=""))
    for row in rows:
        for column in COLUMNS:
            if row.get(column):
                yield rows.line_num, "gettext", row[column], []
        if row.get("status"):
            yield rows.line_num, "pgettext", ("status", row["status"].capitalize()), []
